package dev.bursar.server.cycles;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import java.util.List;

/// In which units of the protocol there are budgets for a subject.
final class UnitsThere {

    private UnitsThere() {}

    /// @param paths of the subject
    static List<Unit> of(List<Budget> budgets, Subject subject, List<ScopePath> paths) {
        return budgets.stream()
                .filter(budget -> budget.tenant().value().equals(subject.get(Subject.TENANT)))
                .filter(budget -> applies(budget, subject, paths))
                .map(Budget::unit)
                .filter(WireUnit.ALL::contains)
                .distinct()
                .sorted()
                .toList();
    }

    private static boolean applies(Budget budget, Subject subject, List<ScopePath> paths) {
        ScopePath scope = budget.terms().scope();
        return (scope == null || paths.contains(scope))
                && budget.match().entrySet().stream()
                        .allMatch(match -> match.getValue().equals(subject.get(match.getKey())));
    }
}
