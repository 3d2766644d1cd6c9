package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.subject;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// Makes commands of random steps: every kind of [Command], mistakes of callers among them.
final class ModelCommands {

    static final TenantId BOLT = new TenantId("bolt");

    /// Has no budget at all.
    static final TenantId NEMO = new TenantId("nemo");

    static final List<TenantId> TENANTS = List.of(ACME, BOLT, NEMO);

    private static final List<Command.Overage> OVERAGES = List.of(Command.Overage.values());
    private static final List<Command.Shortage> SHORTAGES = List.of(Command.Shortage.values());
    private static final List<Command.Adjustment> ADJUSTMENTS =
            List.of(Command.Adjustment.values());

    private static final List<Reason> REFUSED = List.copyOf(Command.Refuse.REASONS);

    private final ModelStep step;
    private final Ledger ledger;
    private final NaiveLedger naive;
    private final Instant now;

    ModelCommands(ModelStep step, Ledger ledger, NaiveLedger naive, Instant now) {
        this.step = step;
        this.ledger = ledger;
        this.naive = naive;
        this.now = now;
    }

    Command command() {
        return switch (step.kind()) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 -> reserve();
            case 12 -> evaluate(StateRecord.Operation.DECIDE);
            case 13 -> evaluate(StateRecord.Operation.RESERVE);
            case 14, 15, 16, 17 -> commit();
            case 18 -> new Command.Release(endKey(), tenantOfHold(), someHold(), Attribution.NONE);
            case 19, 20 -> extend();
            case 21, 22, 23, 24 -> charge();
            case 25, 26 -> adjust();
            case 27, 28 -> answer();
            case 29, 30 -> administer();
            case 31 -> stopOrResume();
            case 32 -> note();
            case 33 -> close();
            default -> new Command.Expire(step.a() % 5 == 0 ? 1 + step.b() % 4 : 1_000);
        };
    }

    TenantId tenant() {
        return step.tenant() < 12 ? ACME : step.tenant() < 18 ? BOLT : NEMO;
    }

    /// Mostly the one whose hold it is.
    private TenantId tenantOfHold() {
        TenantId owner = naive.owner(someHold());
        return owner == null || step.b() % 10 == 0 ? tenant() : owner;
    }

    private HoldId hold() {
        return new HoldId("h" + step.hold());
    }

    /// Mostly one that is open.
    private HoldId someHold() {
        List<HoldId> open = List.copyOf(naive.holds.keySet());
        return open.isEmpty() || step.b() % 4 == 0 ? hold() : open.get(step.hold() % open.size());
    }

    /// The same keys for all operations and tenants: each has its own.
    private CommandKey key() {
        return new CommandKey("k" + step.key(), fingerprint());
    }

    private int fingerprint() {
        return step.c() % 6 == 0 ? 1 : 0;
    }

    /// The key of what ends a hold may be its name.
    private CommandKey endKey() {
        return step.b() % 3 == 0 ? new CommandKey(someHold().value(), fingerprint()) : key();
    }

    private Command.Reserve reserve() {
        Amounts asked = Amounts.of(Unit.TOKENS, step.b());
        Amounts least = Amounts.NONE;
        boolean scoped = step.hold() % 4 == 0;
        boolean ofTool = step.c() % 5 == 0;
        if (!scoped) {
            asked =
                    asked.with(Unit.USD_MICROCENTS, step.a())
                            .with(Unit.CALLS, 1)
                            .with(Unit.SLOTS, 1);
            asked = ofTool ? asked.with(Unit.TOOL_CALLS, 1) : asked;
            least = step.c() % 3 > 0 ? Amounts.of(Unit.TOKENS, step.b() / 3) : least;
        }
        boolean longLasting = step.c() % 10 < 3;
        boolean named = step.hold() % 2 == 0;
        return new Command.Reserve(
                named ? new CommandKey(hold().value(), fingerprint()) : key(),
                hold(),
                tenant(),
                subjectOfStep(),
                asked,
                least,
                SHORTAGES.get(step.number() % SHORTAGES.size()),
                longLasting ? Duration.ofHours(30) : Duration.ofMillis(1 + 150L * step.b()),
                step.a() % 3 == 0 ? Duration.ofSeconds(5) : Duration.ZERO,
                step.a() % 2 == 0 ? Command.OnExpiry.RELEASE : Command.OnExpiry.CHARGE,
                OVERAGES.get(step.c() % 4),
                scoped,
                Attribution.NONE,
                ofTool && step.a() % 3 == 0);
    }

    private Command.Evaluate evaluate(StateRecord.Operation operation) {
        return new Command.Evaluate(
                reserve(),
                operation,
                step.a() % 2 == 0 ? Set.of() : Set.of(Unit.TOKENS, Unit.USD_MICROCENTS));
    }

    private Command.Commit commit() {
        Amounts actual = Amounts.of(Unit.TOKENS, step.b());
        NaiveBooks.NaiveHold open = naive.holds.get(someHold());
        boolean scoped = open != null && open.command.scoped();
        if (scoped == (step.c() % 20 == 7)) {
            actual =
                    actual.with(Unit.USD_MICROCENTS, step.a())
                            .with(Unit.CALLS, 1)
                            .with(Unit.SLOTS, 1);
        }
        if (step.c() % 5 == 0) {
            actual = actual.with(Unit.TOOL_CALLS, step.a() % 3);
        }
        return new Command.Commit(endKey(), tenantOfHold(), someHold(), actual, Attribution.NONE);
    }

    private Command.Extend extend() {
        return new Command.Extend(
                key(), tenantOfHold(), someHold(), Duration.ofSeconds(1 + step.a() * 40L), 2);
    }

    private Command.Charge charge() {
        return new Command.Charge(
                key(),
                tenant(),
                subjectOfStep(),
                Amounts.of(Unit.TOKENS, step.a()).with(Unit.USD_MICROCENTS, step.b() / 2),
                OVERAGES.get(step.c() % 4),
                step.c() % 3 == 0,
                Attribution.NONE);
    }

    private Command.AdjustBudget adjust() {
        Budget budget = ModelBudgets.at(step.c());
        List<String> per = per(naive.budgets.getOrDefault(budget.id().value(), budget));
        return new Command.AdjustBudget(
                key(),
                step.hold() % 20 == 0 ? tenant() : budget.tenant(),
                budget.id(),
                step.hold() % 20 == 1 ? List.of("one", "too", "many") : per,
                ADJUSTMENTS.get(step.a() % 4),
                step.b() % 7 == 0 ? 0 : step.b() / 2,
                Attribution.NONE);
    }

    /// Grants or declines an approval that is open, mostly in time and by its tenant, or one that is not.
    private Command answer() {
        List<Approval> open = ledger.approvals(step.hold() % 10 == 0 ? ACME : tenant());
        String approval = open.isEmpty() ? "apr_none" : open.get(step.c() % open.size()).id();
        Instant until = step.hold() % 20 == 1 ? now : now.plusSeconds(1 + step.b() * 20L);
        return step.a() % 3 == 0
                ? new Command.Decline(key(), tenant(), approval, until, Attribution.NONE)
                : new Command.Approve(
                        key(), tenant(), approval, 1 + step.a(), until, Attribution.NONE);
    }

    private Command administer() {
        Budget budget = ModelBudgets.at(step.c());
        int act = step.a() % 10;
        if (act < 3) {
            Budget.Status status =
                    step.b() % 15 == 0
                            ? Budget.Status.CLOSED
                            : act == 0 ? Budget.Status.FROZEN : Budget.Status.ACTIVE;
            List<BudgetId> one = List.of(budget.id());
            List<BudgetId> two = List.of(budget.id(), ModelBudgets.at(step.b()).id());
            boolean both = step.b() % 4 == 0 && !two.getLast().equals(budget.id());
            return new Command.SetBudgetStatus(both ? two : one, status, Attribution.NONE);
        }
        return act == 3
                ? new Command.RemoveBudget(budget.id(), Attribution.NONE)
                : new Command.DefineBudget(ModelBudgets.changed(budget, step.b()));
    }

    private Command stopOrResume() {
        String run = "r" + step.run();
        return step.a() % 2 == 0
                ? new Command.StopRun(tenant(), run, Attribution.NONE)
                : new Command.ResumeRun(tenant(), run, Attribution.NONE);
    }

    /// Writes down what the ledger has no word in.
    private Command note() {
        if (step.a() % 3 == 0) {
            return new Command.Note(step.b() % 2 == 0 ? null : tenant(), Attribution.NONE);
        }
        return new Command.Refuse(
                tenant(),
                subjectOfStep(),
                Amounts.of(Unit.TOKENS, step.b()),
                REFUSED.get(step.c() % REFUSED.size()),
                Attribution.NONE);
    }

    /// Seldom ends a tenant, that with most budgets the most seldom, and then goes on in small steps.
    private Command close() {
        boolean ends =
                ledger.isClosed(tenant()) || step.b() % (tenant().equals(ACME) ? 40 : 10) == 0;
        return ends
                ? new Command.CloseTenant(
                        tenant(), step.a() % 3 == 0 ? 1_000 : step.a() % 4, Attribution.NONE)
                : new Command.Expire(1_000);
    }

    Subject subjectOfStep() {
        String team = step.run() % 2 == 0 ? "a" : "b";
        String tool = step.c() % 2 == 0 ? "search" : "mail";
        return switch (step.user()) {
            case 0 -> subject("run", "r" + step.run(), "team", team, "tool", tool);
            case 1 -> subject("run", "r" + step.run(), "team", team, "agent", "bot", "user", "u");
            default -> subject("run", "r" + step.run(), "team", team, "user", "u2", "app", "chat");
        };
    }

    private List<String> per(Budget budget) {
        return NaiveBooks.per(budget, subjectOfStep());
    }
}
