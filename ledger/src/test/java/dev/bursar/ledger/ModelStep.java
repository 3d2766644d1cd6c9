package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.subject;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/// One random step of the model test, taken by the ledger and by the naive model.
final class ModelStep {

    private static final List<Command.Overage> OVERAGES = List.of(Command.Overage.values());
    private static final List<Command.Shortage> SHORTAGES = List.of(Command.Shortage.values());
    private static final List<Command.Adjustment> ADJUSTMENTS =
            List.of(Command.Adjustment.values());

    /// One random step. Holds are named by number, so that a shrunk list still makes sense.
    record Step(
            int number, int kind, int hold, int run, int user, int a, int b, int c, long millis) {}

    private final Step step;
    private final TestLedger ledger;
    private final NaiveLedger naive;
    private final Instant now;

    ModelStep(Step step, TestLedger ledger, NaiveLedger naive) {
        this.step = step;
        this.ledger = ledger;
        this.naive = naive;
        this.now = ledger.now;
    }

    static Step step(int number, Random random) {
        long millis = random.nextInt(3_000);
        if (random.nextInt(20) == 0) {
            millis = random.nextInt(9_000_000);
        } else if (random.nextInt(100) == 0) {
            millis = random.nextInt(200_000_000);
        }
        return new Step(
                number,
                random.nextInt(31),
                random.nextInt(120),
                random.nextInt(5),
                random.nextInt(3),
                random.nextInt(300),
                random.nextInt(400),
                random.nextInt(1_000),
                millis);
    }

    void take() {
        switch (step.kind()) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 -> {
                Command.Reserve reserve = reserve();
                Outcome outcome = ledger.submit(reserve);
                if (!isKnown(outcome)) {
                    expect(naive.reserve(reserve, now), outcome);
                }
            }
            case 10 -> {
                Command.Reserve reserve = reserve();
                Command.Evaluate evaluate =
                        new Command.Evaluate(reserve, StateRecord.Operation.DECIDE);
                if (ledger.submit(evaluate) instanceof Outcome.Evaluated evaluated) {
                    expect(naive.answer(reserve, now, true), evaluated.answer());
                }
            }
            case 11, 12, 13, 14, 15 -> commit();
            case 16, 17 -> release();
            case 18 -> extend();
            case 19, 20, 21 -> charge();
            case 22, 23 -> adjust();
            case 24, 25 -> answer();
            case 26 -> administer();
            case 27 -> stopOrResume();
            default -> {
                ledger.expire();
                naive.forgetRested(now);
                naive.expire(now);
            }
        }
    }

    /// A hold's number is used once; later uses are refused for that, and the model need not know.
    private static boolean isKnown(Outcome outcome) {
        return outcome instanceof Outcome.Repeated
                || (outcome instanceof Outcome.Refused refused
                        && refused.reason() == Reason.HOLD_EXISTS);
    }

    private void commit() {
        Amounts actual = Amounts.of(Unit.TOKENS, step.b());
        if (step.hold() % 4 != 0) {
            actual =
                    actual.with(Unit.USD_MICROCENTS, step.a())
                            .with(Unit.CALLS, 1)
                            .with(Unit.SLOTS, 1);
        }
        if (step.c() % 5 == 0) {
            actual = actual.with(Unit.TOOL_CALLS, step.a() % 3);
        }
        Command.Commit commit =
                new Command.Commit(
                        new CommandKey("c" + step.hold(), 0),
                        ACME,
                        hold(),
                        actual,
                        Attribution.NONE);
        Outcome outcome = ledger.submit(commit);
        if (!(outcome instanceof Outcome.Repeated)) {
            expect(naive.commit(commit, now), outcome);
        }
    }

    private void stopOrResume() {
        String run = subjectOfStep().get(Subject.RUN);
        if (run == null) {
            return;
        }
        if (step.a() % 3 == 0) {
            expect(
                    naive.stop(run, now),
                    ledger.submit(new Command.StopRun(ACME, run, Attribution.NONE)));
        } else {
            expect(
                    naive.resume(run, now),
                    ledger.submit(new Command.ResumeRun(ACME, run, Attribution.NONE)));
        }
    }

    private void release() {
        Outcome outcome = ledger.release(hold());
        if (!(outcome instanceof Outcome.Repeated)) {
            expect(naive.release(hold(), now), outcome);
        }
    }

    private void extend() {
        Command.Extend extend =
                new Command.Extend(
                        new CommandKey("x" + step.number(), 0),
                        ACME,
                        hold(),
                        Duration.ofSeconds(1 + step.a() * 40L),
                        2);
        expect(naive.extend(extend, now), ledger.submit(extend));
    }

    private void charge() {
        Command.Charge charge =
                new Command.Charge(
                        new CommandKey("e" + step.number(), 0),
                        ACME,
                        subjectOfStep(),
                        Amounts.of(Unit.TOKENS, step.a()).with(Unit.USD_MICROCENTS, step.b() / 4),
                        OVERAGES.get(step.c() % 4),
                        step.c() % 3 == 0,
                        Attribution.NONE);
        Outcome outcome = ledger.submit(charge);
        String answer = naive.charge(charge, now);
        if (outcome instanceof Outcome.Refused refused) {
            outcome = Refusals.of(refused.reason());
        }
        expect(answer, outcome);
    }

    private void adjust() {
        Budget budget = ModelBudgets.at(step.c());
        Command.AdjustBudget adjust =
                new Command.AdjustBudget(
                        new CommandKey("a" + step.number(), 0),
                        ACME,
                        budget.id(),
                        per(current(budget)),
                        ADJUSTMENTS.get(step.a() % 4),
                        step.b() % 7 == 0 ? 0 : step.b() / 2,
                        Attribution.NONE);
        expect(naive.adjust(adjust, now), ledger.submit(adjust));
    }

    /// Grants or declines an approval that is open: of a past window, it is too late.
    private void answer() {
        List<Approval> open = ledger.ledger().approvals(ACME);
        if (open.isEmpty()) {
            return;
        }
        Approval approval = open.get(step.c() % open.size());
        Instant until = now.plusSeconds(1 + step.b() * 20L);
        if (step.a() % 3 == 0) {
            if (isCurrent(approval)) {
                expect(
                        naive.answer(approval.account(), 0, until, now),
                        ledger.decline(approval.id(), until));
            }
        } else {
            expect(
                    naive.answer(approval.account(), 1 + step.a(), until, now),
                    ledger.approve(approval.id(), 1 + step.a(), until));
        }
    }

    private boolean isCurrent(Approval approval) {
        return ledger.ledger().budgets().stream()
                .filter(budget -> budget.id().equals(approval.account().budget()))
                .anyMatch(budget -> windowMillis(budget) == approval.account().windowStartMillis());
    }

    private void administer() {
        Budget budget = ModelBudgets.at(step.c());
        int act = step.a() % 10;
        if (act < 3) {
            Budget.Status status =
                    step.b() % 15 == 0
                            ? Budget.Status.CLOSED
                            : act == 0 ? Budget.Status.FROZEN : Budget.Status.ACTIVE;
            if (ledger.set(status, budget.name()) instanceof Outcome.BudgetStatusSet) {
                naive.set(budget.id(), status);
            }
        } else if (act == 3) {
            ledger.submit(new Command.RemoveBudget(budget.id(), Attribution.NONE));
            naive.remove(budget.id());
        } else if (act == 4 && step.b() % 8 == 0) {
            ledger.close(1_000);
            naive.close(now);
        } else {
            Budget changed = ModelBudgets.changed(budget, step.b());
            if (ledger.define(changed) instanceof Outcome.BudgetDefined) {
                naive.define(changed);
            }
        }
    }

    private HoldId hold() {
        return new HoldId("h" + step.hold());
    }

    private Command.Reserve reserve() {
        Amounts asked = Amounts.of(Unit.TOKENS, step.b());
        Amounts least = Amounts.NONE;
        boolean scoped = step.hold() % 4 == 0;
        if (!scoped) {
            asked =
                    asked.with(Unit.USD_MICROCENTS, step.a())
                            .with(Unit.CALLS, 1)
                            .with(Unit.SLOTS, 1);
            least = step.c() % 3 == 0 ? Amounts.of(Unit.TOKENS, step.b() / 3) : least;
        }
        boolean longLasting = step.c() % 10 == 1 || step.c() % 10 == 2;
        return new Command.Reserve(
                new CommandKey("h" + step.hold(), 0),
                hold(),
                ACME,
                subjectOfStep(),
                asked,
                least,
                SHORTAGES.get(step.number() % SHORTAGES.size()),
                longLasting ? Duration.ofHours(30) : Duration.ofMillis(1 + 50L * step.b()),
                step.a() % 3 == 0 ? Duration.ofSeconds(5) : Duration.ZERO,
                step.a() % 2 == 0 ? Command.OnExpiry.RELEASE : Command.OnExpiry.CHARGE,
                OVERAGES.get(step.c() % 4),
                scoped,
                Attribution.NONE);
    }

    private Subject subjectOfStep() {
        String team = step.run() % 2 == 0 ? "a" : "b";
        return switch (step.user()) {
            case 0 -> subject("run", "r" + step.run(), "team", team);
            case 1 -> subject("run", "r" + step.run(), "team", team, "agent", "bot", "user", "u");
            default -> subject("run", "r" + step.run(), "team", team, "user", "u2", "app", "chat");
        };
    }

    private List<String> per(Budget budget) {
        return budget.per().stream()
                .map(d -> subjectOfStep().values().getOrDefault(d, ""))
                .toList();
    }

    /// The budget as it is defined now.
    private Budget current(Budget budget) {
        return ledger.ledger().budgets().stream()
                .filter(known -> known.id().equals(budget.id()))
                .findFirst()
                .orElse(budget);
    }

    private long windowMillis(Budget budget) {
        return budget.window() instanceof Window.Calendar calendar
                ? calendar.start(now).toEpochMilli()
                : 0;
    }

    /// Compares every account that the step's subject uses.
    void compare() {
        if (ledger.ledger().holds() != naive.holds()) {
            throw new AssertionError(
                    "open holds: " + ledger.ledger().holds() + ", expected " + naive.holds());
        }
        for (Budget budget : ledger.ledger().budgets()) {
            AccountKey key = new AccountKey(budget.id(), per(budget), windowMillis(budget));
            Standing actual = ledger.ledger().standing(key, now);
            NaiveAccount account = naive.account(budget, subjectOfStep(), now);
            Standing expected = account == null ? null : standing(account, budget);
            if (!Objects.equals(actual, expected)) {
                throw new AssertionError("stands " + actual + ", expected " + expected);
            }
        }
    }

    private Standing standing(NaiveAccount account, Budget budget) {
        long overdraft = budget.terms().overdraftLimit();
        return new Standing(
                new AccountKey(account.budget, account.per, account.window.toEpochMilli()),
                budget.terms().scope(),
                budget.unit(),
                account.limit(budget, now),
                account.spent(budget, now),
                naive.held(account),
                account.debt,
                overdraft,
                account.overLimit || account.debt > overdraft);
    }

    /// The model says of a hold that it does not know no more than that it refuses.
    private static void expect(String expected, Outcome outcome) {
        boolean unknown = expected.equals("refused") && outcome instanceof Outcome.Refused;
        String actual = text(outcome);
        if (!unknown && !actual.equals(expected)) {
            throw new AssertionError("answer: " + actual + ", expected " + expected);
        }
    }

    private static String text(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Granted granted -> "granted " + granted.held();
            case Outcome.Advised advised ->
                    "advised " + advised.rungs().stream().map(Rung::name).sorted().toList();
            case Outcome.Committed committed -> "committed " + committed.charged();
            case Outcome.Released released -> "released";
            case Outcome.Extended extended -> "extended " + extended.expiresAt();
            case Outcome.Charged charged -> "charged " + charged.charged();
            case Outcome.BudgetAdjusted adjusted -> "adjusted " + adjusted.amount();
            case Outcome.ApprovalGranted granted -> "granted";
            case Outcome.ApprovalDeclined declined -> "declined";
            case Outcome.Refused refused -> text(refused);
            case Outcome.Evaluated evaluated -> text(evaluated.answer());
            case Outcome.Expired expired -> "expired";
            case Outcome.BudgetDefined defined -> "defined";
            case Outcome.BudgetRemoved removed -> "removed";
            case Outcome.BudgetStatusSet set -> "set";
            case Outcome.TenantClosed closed -> "closed";
            case Outcome.RunStopped stopped -> stopped.changed() ? "stopped" : "was stopped";
            case Outcome.RunResumed resumed -> "resumed";
            case Outcome.Noted noted -> "noted";
            case Outcome.Repeated repeated -> "repeated";
        };
    }

    private static String text(Outcome.Refused refused) {
        return refused.reason() == Reason.BUDGET_EXCEEDED && !refused.blocks().isEmpty()
                ? "BUDGET_EXCEEDED "
                        + refused.blocks().stream()
                                .map(b -> b.name() + " " + b.cause() + " " + b.affordable())
                                .sorted()
                                .toList()
                : refused.reason().toString();
    }
}
