package dev.bursar.server.dashboard;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.usage.RunRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the balances that a run has for itself.
final class RunBudgets {

    /// The fullest balances looked through for the one of a run; those beyond are taken from what the read
    /// model has summed up.
    private static final int LOOKED_THROUGH = 5_000;

    private final Authority authority;

    RunBudgets(Authority authority) {
        this.authority = authority;
    }

    /// Balances of budgets that are `per` run, money first.
    List<Balance> of(RunRow run, Instant now) {
        List<Balance> found = new ArrayList<>();
        for (Budget budget : authority.budgets()) {
            if (budget.tenant().value().equals(run.tenant())
                    && budget.per().contains(Subject.RUN)
                    && !(budget.window() instanceof Window.PerCall)
                    && matches(budget, run)) {
                Balance balance = balance(budget, run, now);
                if (balance != null) {
                    found.add(balance);
                }
            }
        }
        found.sort((a, b) ->
                Boolean.compare(
                        b.budget().unit().equals(Unit.USD_MICROCENTS),
                        a.budget().unit().equals(Unit.USD_MICROCENTS)));
        return found;
    }

    private @Nullable Balance balance(Budget budget, RunRow run, Instant now) {
        int at = budget.per().indexOf(Subject.RUN);
        for (Balance balance : authority.balances(budget.id(), LOOKED_THROUGH)) {
            if (balance.account().per().get(at).equals(run.run())) {
                return balance;
            }
        }
        return budget.window() instanceof Window.Life && budget.per().size() == 1
                ? summedUp(budget, run, now)
                : null;
    }

    private static @Nullable Balance summedUp(Budget budget, RunRow run, Instant now) {
        Map<Unit, Long> spent =
                Map.of(
                        Unit.USD_MICROCENTS, run.microcents(),
                        Unit.TOKENS, run.tokens(),
                        Unit.CALLS, run.calls(),
                        Unit.TOOL_CALLS, run.toolCalls());
        Long amount = spent.get(budget.unit());
        if (amount == null) {
            return null;
        }
        AccountKey account = new AccountKey(budget.id(), List.of(run.run()), 0);
        return Balance.of(budget, account, amount, now);
    }

    /// Whether a budget is for this run, as far as a run tells: dimensions that runs do not keep are
    /// taken as given.
    private static boolean matches(Budget budget, RunRow run) {
        Map<String, String> known =
                Map.of(
                        Subject.RUN, run.run(),
                        Subject.WORKFLOW, run.workflow(),
                        Subject.AGENT, run.agent(),
                        Subject.USER, run.user(),
                        Subject.RELEASE, run.release());
        return budget.match().entrySet().stream()
                .allMatch(wanted ->
                        known.getOrDefault(wanted.getKey(), wanted.getValue())
                                .equals(wanted.getValue()));
    }
}
