package dev.bursar.server;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
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

    private static final Attribution BY =
            Attribution.of(Map.of("actor", "configuration"), Map.of());

    private final Authority authority;

    DeclaredBudgets(Authority authority) {
        this.authority = authority;
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
                submit(new Command.RemoveBudget(id, BY), id);
                changes.add("removed budget " + id);
            }
        }
        for (Budget budget : wanted) {
            Budget before = there.get(budget.id());
            if (!budget.equals(before)) {
                submit(new Command.DefineBudget(budget, BY), budget.id());
                changes.add((before == null ? "defined" : "changed") + " budget " + budget.id());
            }
        }
        changes.forEach(change -> LOG.info("event=budgets {}", change.replace(" budget ", "=")));
        return changes;
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
