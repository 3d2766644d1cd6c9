package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A ledger and a naive one that take the same steps, and are compared after each.
final class ModelRun {

    private final TestLedger ledger;
    private final NaiveLedger naive;

    /// What has happened, by name: kinds of commands, of outcomes and of refusals.
    final Set<String> seen = new TreeSet<>();

    ModelRun(LedgerLimits limits) {
        this.ledger = new TestLedger(limits);
        this.naive = new NaiveLedger(limits);
        ModelBudgets.BUDGETS.forEach(budget -> take(new Command.DefineBudget(budget)));
    }

    void take(ModelStep step) {
        ledger.pass(Duration.ofMillis(step.millis()));
        ModelCommands commands = new ModelCommands(step, ledger.ledger(), naive, ledger.now);
        take(commands.command());
        compare(commands.tenant(), commands.subjectOfStep());
        if (step.number() % 100 == 0) {
            ledger.assertReplayIsEqual();
        }
    }

    private void take(Command command) {
        int before = ledger.journal.size();
        Outcome outcome = ledger.submit(command);
        List<Entry> entries = ledger.journal.subList(before, ledger.journal.size());
        String expected = naive.answer(command, choice(entries), ledger.now);
        String actual = ModelAnswers.text(outcome);
        if (!actual.equals(expected)) {
            throw new AssertionError(
                    command + " was answered " + actual + ", expected " + expected);
        }
        seen.add(command.getClass().getSimpleName());
        seen.add(outcome.getClass().getSimpleName());
        if (outcome instanceof Outcome.Refused refused) {
            seen.add(refused.reason().toString());
        }
        if (outcome instanceof Outcome.Repeated && !entries.isEmpty()) {
            throw new AssertionError("a repeat has taken effect: " + entries);
        }
        if (!(outcome instanceof Outcome.Repeated)) {
            naive.learn(command, outcome, ledger.now);
        }
    }

    private static NaiveLedger.Choice choice(List<Entry> entries) {
        List<HoldId> ended = new ArrayList<>();
        List<AccountKey> dropped = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry instanceof Entry.Released released) {
                ended.add(released.hold());
            } else if (entry instanceof Entry.AccountsDropped past) {
                dropped.addAll(past.accounts());
            }
        }
        return new NaiveLedger.Choice(ended, dropped);
    }

    /// Compares every account that a subject uses, and which holds are open.
    private void compare(TenantId tenant, Subject subject) {
        Instant now = ledger.now;
        if (ledger.ledger().holds() != naive.holds.size()) {
            throw new AssertionError(
                    "open holds: "
                            + ledger.ledger().holds()
                            + ", expected "
                            + naive.holds.keySet());
        }
        for (Budget budget : naive.budgets.values()) {
            if (budget.tenant().equals(tenant)) {
                NaiveAccount account = naive.account(budget, subject, now);
                AccountKey key =
                        new AccountKey(
                                budget.id(),
                                NaiveBooks.per(budget, subject),
                                NaiveBooks.window(budget, now).toEpochMilli());
                compare(ledger.ledger().standing(key, now), account, budget);
            }
        }
    }

    /// Compares all accounts of the current windows, what budgets there are, and who is asked.
    void compareAll() {
        List<Budget> budgets = List.copyOf(ledger.ledger().budgets());
        if (!budgets.equals(List.copyOf(naive.budgets.values()))) {
            throw new AssertionError("budgets: " + budgets);
        }
        Set<String> asked = new TreeSet<>();
        for (NaiveAccount account : naive.accounts) {
            Budget budget = naive.budget(account);
            if (account.window.equals(NaiveBooks.window(budget, ledger.now))) {
                compare(ledger.ledger().standing(account.key(), ledger.now), account, budget);
                if (account.asks) {
                    asked.add(account.key().toString());
                }
            }
        }
        Set<String> open = new TreeSet<>();
        for (TenantId tenant : ModelCommands.TENANTS) {
            ledger.ledger().approvals(tenant).stream()
                    .map(Approval::account)
                    .filter(this::isCurrent)
                    .forEach(key -> open.add(key.toString()));
        }
        if (!open.equals(asked)) {
            throw new AssertionError("asked for " + open + ", expected " + asked);
        }
        ledger.assertReplayIsEqual();
    }

    private void compare(@Nullable Standing actual, @Nullable NaiveAccount account, Budget budget) {
        Standing expected = account == null ? null : standing(account, budget);
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError("stands " + actual + ", expected " + expected);
        }
    }

    private Standing standing(NaiveAccount account, Budget budget) {
        long overdraft = budget.terms().overdraftLimit();
        return new Standing(
                account.key(),
                budget.terms().scope(),
                budget.unit(),
                account.limit(budget, ledger.now),
                account.spent(budget, ledger.now),
                naive.held(account),
                account.debt,
                overdraft,
                account.overLimit || account.debt > overdraft);
    }

    private boolean isCurrent(AccountKey key) {
        Budget budget = Objects.requireNonNull(naive.budgets.get(key.budget().value()));
        return NaiveBooks.window(budget, ledger.now).toEpochMilli() == key.windowStartMillis();
    }
}
