package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A ledger that applies what it decides, checks its invariants after each step, and keeps the entries so
/// that a test can end by replaying them.
final class TestLedger {

    static final TenantId ACME = new TenantId("acme");

    final List<Entry> journal = new ArrayList<>();
    Instant now = Instant.parse("2026-03-10T12:00:00Z");

    private final LedgerLimits limits;
    private final Ledger ledger;
    private int lastHold;
    private int lastKey;

    TestLedger() {
        this(LedgerLimits.DEFAULT);
    }

    TestLedger(LedgerLimits limits) {
        this.limits = limits;
        this.ledger = new Ledger(limits);
    }

    Ledger ledger() {
        return ledger;
    }

    Outcome submit(Command command) {
        Decision decision = ledger.decide(command, now);
        for (Entry entry : decision.entries()) {
            ledger.apply(entry);
            journal.add(entry);
        }
        ledger.checkInvariants();
        standings(decision.outcome()).forEach(this::assertStands);
        return decision.outcome();
    }

    /// Where accounts stand by the answer to a command that took effect just now.
    static List<Standing> standings(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Granted granted -> granted.standings();
            case Outcome.Committed committed -> committed.standings();
            case Outcome.Released released -> released.standings();
            case Outcome.Extended extended -> extended.standings();
            case Outcome.Charged charged -> charged.standings();
            case Outcome.BudgetAdjusted adjusted -> List.of(adjusted.standing());
            case Outcome.ApprovalGranted granted -> List.of(granted.standing());
            case Outcome.Advised advised -> List.of();
            case Outcome.Refused refused -> List.of();
            case Outcome.Evaluated evaluated -> List.of();
            case Outcome.Expired expired -> List.of();
            case Outcome.BudgetDefined defined -> List.of();
            case Outcome.BudgetRemoved removed -> List.of();
            case Outcome.BudgetStatusSet set -> List.of();
            case Outcome.TenantClosed closed -> List.of();
            case Outcome.ApprovalDeclined declined -> List.of();
            case Outcome.RunStopped stopped -> List.of();
            case Outcome.RunResumed resumed -> List.of();
            case Outcome.Noted noted -> List.of();
            case Outcome.Repeated repeated -> List.of();
        };
    }

    /// An account may be gone with the run of its only call.
    private void assertStands(Standing told) {
        Standing actual = ledger.standing(told.account(), now);
        if (actual != null && !actual.equals(told)) {
            throw new AssertionError("told " + told + ", but stands " + actual);
        }
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /// Replays the journal, and restores from the state, and wants both to be equal to this ledger.
    void assertReplayIsEqual() {
        List<StateRecord> state = ledger.state().toList();
        Ledger replayed = new Ledger(limits);
        journal.forEach(replayed::apply);
        assertThat(replayed.state().toList()).isEqualTo(state);
        Ledger restored = Ledger.restore(limits, state.stream());
        restored.checkInvariants();
        assertThat(restored.state().toList()).isEqualTo(state);
    }

    static Budget budget(String name, Unit unit, long limit) {
        return new Budget(
                new BudgetId("acme/" + name),
                ACME,
                name,
                new TreeMap<>(),
                List.of(),
                unit,
                limit,
                new Window.Life(),
                Budget.Mode.HARD,
                List.of());
    }

    static Budget per(Budget b, String... dimensions) {
        return new Budget(
                b.id(),
                b.tenant(),
                b.name(),
                b.match(),
                List.of(dimensions),
                b.unit(),
                b.limit(),
                b.window(),
                b.mode(),
                b.ladder(),
                b.terms());
    }

    static Budget every(Budget b, Window window) {
        return new Budget(
                b.id(),
                b.tenant(),
                b.name(),
                b.match(),
                b.per(),
                b.unit(),
                b.limit(),
                window,
                b.mode(),
                b.ladder(),
                b.terms());
    }

    static Budget mode(Budget b, Budget.Mode mode, Budget.Step... ladder) {
        return new Budget(
                b.id(),
                b.tenant(),
                b.name(),
                b.match(),
                b.per(),
                b.unit(),
                b.limit(),
                b.window(),
                mode,
                List.of(ladder),
                b.terms());
    }

    static Budget matching(Budget b, String dimension, String value) {
        return new Budget(
                b.id(),
                b.tenant(),
                b.name(),
                new TreeMap<>(Map.of(dimension, value)),
                b.per(),
                b.unit(),
                b.limit(),
                b.window(),
                b.mode(),
                b.ladder(),
                b.terms());
    }

    static Budget on(Budget b, Terms terms) {
        return new Budget(
                b.id(),
                b.tenant(),
                b.name(),
                b.match(),
                b.per(),
                b.unit(),
                b.limit(),
                b.window(),
                b.mode(),
                b.ladder(),
                terms);
    }

    Outcome define(Budget budget) {
        return submit(new Command.DefineBudget(budget));
    }

    Command.Reserve reserveCommand(Subject subject, Amounts asked) {
        String id = "h" + ++lastHold;
        return new Command.Reserve(
                new CommandKey("k-" + id, 1),
                new HoldId(id),
                ACME,
                subject,
                asked,
                Amounts.NONE,
                Duration.ofMinutes(10),
                Command.OnExpiry.RELEASE,
                Command.Overage.ALWAYS,
                Attribution.NONE);
    }

    Outcome reserve(Subject subject, Unit unit, long amount) {
        return submit(reserveCommand(subject, Amounts.of(unit, amount)));
    }

    HoldId granted(Subject subject, Unit unit, long amount) {
        return granted(reserve(subject, unit, amount)).hold();
    }

    static Outcome.Granted granted(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Granted.class);
        return (Outcome.Granted) outcome;
    }

    static List<Block> blocks(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return ((Outcome.Refused) outcome).blocks();
    }

    static Reason reason(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return ((Outcome.Refused) outcome).reason();
    }

    static Command.Reserve as(
            Command.Reserve r, Command.OnExpiry onExpiry, Command.Overage overage) {
        return reserve(r, r.ttl(), r.grace(), onExpiry, overage, r.scoped());
    }

    static Command.Reserve lasting(Command.Reserve r, Duration ttl, Duration grace) {
        return reserve(r, ttl, grace, r.onExpiry(), r.overage(), r.scoped());
    }

    static Command.Reserve scoped(Command.Reserve r) {
        return reserve(r, r.ttl(), r.grace(), r.onExpiry(), r.overage(), true);
    }

    private static Command.Reserve reserve(
            Command.Reserve r,
            Duration ttl,
            Duration grace,
            Command.OnExpiry onExpiry,
            Command.Overage overage,
            boolean scoped) {
        return new Command.Reserve(
                r.key(),
                r.hold(),
                r.tenant(),
                r.subject(),
                r.asked(),
                r.atLeast(),
                r.shortage(),
                ttl,
                grace,
                onExpiry,
                overage,
                scoped,
                r.attribution());
    }

    /// A hold that ends under a policy.
    HoldId granted(Subject subject, Unit unit, long amount, Command.Overage overage) {
        Command.Reserve plain = reserveCommand(subject, Amounts.of(unit, amount));
        return granted(submit(as(plain, Command.OnExpiry.RELEASE, overage))).hold();
    }

    Outcome charge(Subject subject, Unit unit, long amount, Command.Overage overage) {
        return submit(
                new Command.Charge(
                        new CommandKey("e" + ++lastKey, 0),
                        ACME,
                        subject,
                        Amounts.of(unit, amount),
                        overage,
                        false,
                        Attribution.NONE));
    }

    Outcome adjust(String budget, Command.Adjustment adjustment, long amount, String... per) {
        return submit(
                new Command.AdjustBudget(
                        new CommandKey("a" + ++lastKey, 0),
                        ACME,
                        new BudgetId("acme/" + budget),
                        List.of(per),
                        adjustment,
                        amount,
                        Attribution.NONE));
    }

    Outcome set(Budget.Status status, String... budgets) {
        List<BudgetId> ids = Stream.of(budgets).map(name -> new BudgetId("acme/" + name)).toList();
        return submit(new Command.SetBudgetStatus(ids, status, Attribution.NONE));
    }

    Outcome approve(String approval, long amount, Instant until) {
        return submit(
                new Command.Approve(
                        new CommandKey("g" + ++lastKey, 0),
                        ACME,
                        approval,
                        amount,
                        until,
                        Attribution.NONE));
    }

    Outcome decline(String approval, Instant until) {
        return submit(
                new Command.Decline(
                        new CommandKey("d" + ++lastKey, 0),
                        ACME,
                        approval,
                        until,
                        Attribution.NONE));
    }

    Outcome extend(HoldId hold, Duration by, int atMost) {
        return submit(
                new Command.Extend(new CommandKey("x" + ++lastKey, 0), ACME, hold, by, atMost));
    }

    Outcome close(int atMost) {
        return submit(new Command.CloseTenant(ACME, atMost, Attribution.NONE));
    }

    Outcome commit(HoldId hold, Unit unit, long actual) {
        return submit(commitCommand(hold, Amounts.of(unit, actual)));
    }

    Command.Commit commitCommand(HoldId hold, Amounts actual) {
        return new Command.Commit(
                new CommandKey("c-" + hold, 1), ACME, hold, actual, Attribution.NONE);
    }

    Outcome release(HoldId hold) {
        return submit(
                new Command.Release(new CommandKey("r-" + hold, 1), ACME, hold, Attribution.NONE));
    }

    Outcome expire() {
        return submit(new Command.Expire(1_000));
    }

    static Subject subject(String... pairs) {
        Map<String, String> values = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        return Subject.of(values);
    }

    Balance only(String name) {
        List<Balance> balances = ledger.balances(new BudgetId("acme/" + name), 10, now);
        assertThat(balances).hasSize(1);
        return balances.getFirst();
    }

    List<Balance> balances(String name) {
        return ledger.balances(new BudgetId("acme/" + name), 10, now);
    }
}
