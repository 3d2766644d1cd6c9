package dev.bursar.server;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the declared budgets of the journal those of the configuration: new and changed ones are defined,
/// those that the file declared before and no longer does are removed. Balances of budgets that stay are
/// kept; budgets that people made by other ways are not touched, unless the file declares their name.
final class DeclaredBudgets {

    private static final Logger LOG = LoggerFactory.getLogger(DeclaredBudgets.class);

    private final Authority authority;
    private final Actor by;

    /// @param by who is said to have done it
    DeclaredBudgets(Authority authority, Actor by) {
        this.authority = authority;
        this.by = by;
    }

    /// @return what changed
    /// @throws AuthorityException when the ledger has no room for another budget, or cannot answer
    List<String> declare(List<Budget> wanted) {
        Map<BudgetId, Budget> there = new HashMap<>();
        authority.budgets().forEach(budget -> there.put(budget.id(), budget));
        Set<BudgetId> kept = new HashSet<>();
        wanted.forEach(budget -> kept.add(budget.id()));

        List<String> changes = new ArrayList<>();
        for (BudgetId id : there.keySet().stream().sorted(DeclaredBudgets::byName).toList()) {
            if (!kept.contains(id) && isDeclared(there.get(id))) {
                submit(new Command.RemoveBudget(id, did(Action.BUDGET_REMOVE, id)), id);
                changes.add("removed budget " + id);
            }
        }
        for (Budget budget : wanted) {
            Budget before = there.get(budget.id());
            if (!budget.equals(before)) {
                Action action = before == null ? Action.BUDGET_DEFINE : Action.BUDGET_CHANGE;
                submit(new Command.DefineBudget(budget, did(action, budget.id())), budget.id());
                changes.add((before == null ? "defined" : "changed") + " budget " + budget.id());
            }
        }
        changes.forEach(change -> LOG.info("event=budgets {}", change.replace(" budget ", "=")));
        return changes;
    }

    private Attribution did(Action action, BudgetId budget) {
        return by.did(action, budget.value(), Map.of());
    }

    private static boolean isDeclared(@Nullable Budget budget) {
        return budget != null && budget.terms().declared();
    }

    private void submit(Command command, BudgetId id) {
        if (authority.submit(command) instanceof Outcome.Refused refused) {
            throw new AuthorityException(
                    AuthorityException.Kind.CALLER,
                    "the budget " + id + " was refused: " + refused.reason());
        }
    }

    private static int byName(BudgetId a, BudgetId b) {
        return a.value().compareTo(b.value());
    }
}
