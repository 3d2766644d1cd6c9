package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.matching;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.on;
import static dev.bursar.ledger.TestLedger.per;

import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The budgets of the model test: every unit, window, mode and term, and some of the same names of another
/// tenant.
final class ModelBudgets {

    private static final Step ASK_AT_80 = new Step(80, Step.Action.APPROVE, List.of());
    private static final Step ASK = new Step(100, Step.Action.APPROVE, List.of());
    private static final Step DENY_AT_90 = new Step(90, Step.Action.DENY, List.of());
    private static final Step CLAMP = new Step(100, Step.Action.CLAMP, List.of());
    private static final Step CLAMP_AT_60 = new Step(60, Step.Action.CLAMP, List.of());
    private static final Step DEFER_AT_70 = new Step(70, Step.Action.DEFER, List.of());
    private static final Step DOWNGRADE_AT_80 = new Step(80, Step.Action.DOWNGRADE, List.of());
    private static final Window DAY =
            new Window.Calendar(Window.Calendar.Period.DAY, ZoneId.of("Europe/Berlin"));
    private static final Window WEEK =
            new Window.Calendar(Window.Calendar.Period.WEEK, ZoneId.of("UTC"));

    private static final List<Budget> OF_ACME =
            List.of(
                    on(
                            budget("company", Unit.USD_MICROCENTS, 9_000),
                            terms("tenant:acme", 600, 0, null)),
                    per(
                            mode(budget("team", Unit.USD_MICROCENTS, 1_200), Mode.HARD, ASK_AT_80),
                            "team"),
                    on(
                            per(
                                    mode(
                                            budget("run", Unit.USD_MICROCENTS, 500),
                                            Mode.HARD,
                                            DENY_AT_90),
                                    "run"),
                            terms(null, 150, 0, Duration.ofMinutes(10))),
                    on(
                            per(
                                    every(
                                            mode(
                                                    budget("user-day", Unit.TOKENS, 900),
                                                    Mode.HARD,
                                                    CLAMP),
                                            DAY),
                                    "user"),
                            terms(null, 300, 500, null)),
                    on(
                            every(mode(budget("all-day", Unit.TOKENS, 1_500), Mode.HARD, ASK), DAY),
                            terms("tenant:acme", 0, 2_000, null)),
                    on(
                            every(
                                    mode(
                                            budget("bot", Unit.TOKENS, 2_500),
                                            Mode.HARD,
                                            CLAMP_AT_60,
                                            DEFER_AT_70),
                                    WEEK),
                            terms("tenant:acme/agent:bot", 900, 0, null)),
                    mode(
                            per(
                                    every(
                                            budget("burst", Unit.CALLS, 4),
                                            new Window.Rolling(Duration.ofMinutes(1))),
                                    "user"),
                            Mode.HARD,
                            ASK),
                    per(budget("words", Unit.TOKENS, 700), "run"),
                    every(budget("one-call", Unit.USD_MICROCENTS, 280), new Window.PerCall()),
                    per(budget("slots", Unit.SLOTS, 4), "team"),
                    on(
                            per(budget("time", Unit.MILLIS, 4_000_000), "run"),
                            terms(null, 0, 0, Duration.ofHours(2))),
                    on(
                            per(budget("steps", Unit.TOOL_CALLS, 12), "run"),
                            terms(null, 0, 0, Duration.ofMinutes(10))),
                    per(budget("tools", Unit.TOOL_CALLS, 9), "tool"),
                    matching(
                            mode(
                                    budget("shadow", Unit.USD_MICROCENTS, 100),
                                    Mode.SHADOW,
                                    DOWNGRADE_AT_80),
                            "team",
                            "a"),
                    mode(
                            per(budget("trial", Unit.TOKENS, 600), "run"),
                            Mode.SHADOW,
                            new Budget.Step(60, Budget.Step.Action.DENY, List.of())),
                    mode(budget("soft", Unit.TOKENS, 500), Mode.SOFT, CLAMP_AT_60));

    private static final Set<String> ALSO_OF_BOLT =
            Set.of("company", "run", "all-day", "burst", "words", "steps");

    static final List<Budget> BUDGETS =
            Stream.concat(
                            OF_ACME.stream(),
                            OF_ACME.stream()
                                    .filter(budget -> ALSO_OF_BOLT.contains(budget.name()))
                                    .map(ModelBudgets::ofBolt))
                    .toList();

    private ModelBudgets() {}

    private static Budget ofBolt(Budget b) {
        Terms terms = b.terms();
        return new Budget(
                new BudgetId("bolt/" + b.name()),
                ModelCommands.BOLT,
                b.name(),
                b.match(),
                b.per(),
                b.unit(),
                b.limit(),
                b.window(),
                b.mode(),
                b.ladder(),
                new Terms(
                        terms.scope() == null ? null : ScopePath.parse("tenant:bolt"),
                        terms.overdraftLimit() / 5,
                        terms.carryOver(),
                        terms.idle(),
                        terms.declared()));
    }

    private static Terms terms(
            @org.jspecify.annotations.Nullable String scope,
            long overdraft,
            long carryOver,
            @org.jspecify.annotations.Nullable Duration idle) {
        return new Terms(
                scope == null ? null : ScopePath.parse(scope), overdraft, carryOver, idle, false);
    }

    static Budget at(int number) {
        return BUDGETS.get(number % BUDGETS.size());
    }

    /// The budget with another limit, mode, overdraft or shape, or as it was.
    static Budget changed(Budget b, int how) {
        boolean perUser = how % 16 == 5;
        Mode mode = how % 8 == 3 && !b.name().equals("one-call") ? Mode.SOFT : b.mode();
        long limit = how % 4 == 1 ? b.limit() / 2 : how % 4 == 2 ? b.limit() * 2 : b.limit();
        Terms terms = b.terms();
        Terms lower =
                new Terms(
                        terms.scope(),
                        how % 5 == 0 ? terms.overdraftLimit() / 3 : terms.overdraftLimit(),
                        how % 7 == 0 ? terms.carryOver() / 2 : terms.carryOver(),
                        terms.idle(),
                        terms.declared());
        return new Budget(
                b.id(),
                b.tenant(),
                b.name(),
                b.match(),
                perUser ? List.of("user") : b.per(),
                b.unit(),
                limit,
                b.window(),
                mode,
                b.ladder(),
                lower);
    }
}
