package dev.bursar.server;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Subject;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Set;

/// `bursar_budget_utilization_ratio`: how full budgets are, spent and held together, of those whose
/// balances are few. Where a budget has several, the fullest counts.
final class BudgetGauge {

    private static final int MAX_BUDGETS = 200;

    /// Dimensions whose values people make by hand. Runs, users and keys are made by machines.
    private static final Set<String> FEW_VALUES =
            Set.of(
                    Subject.TEAM,
                    Subject.WORKFLOW,
                    Subject.AGENT,
                    Subject.FEATURE,
                    Subject.ENVIRONMENT,
                    Subject.MODEL,
                    Subject.PROVIDER,
                    Subject.TOOL,
                    "workspace",
                    "app",
                    "toolset");

    private final Authority authority;

    BudgetGauge(Authority authority) {
        this.authority = authority;
    }

    void register(PrometheusRegistry registry) {
        GaugeWithCallback.builder()
                .name("bursar_budget_utilization_ratio")
                .help("Spent and held of a budget's fullest balance, as a share of its limit")
                .labelNames("tenant", "budget")
                .callback(this::tell)
                .register(registry);
    }

    /// Without an authority nobody knows; the metrics that say so must get out all the same.
    private void tell(GaugeWithCallback.Callback callback) {
        try {
            tellAll(callback);
        } catch (AuthorityException e) {
            return;
        }
    }

    private void tellAll(GaugeWithCallback.Callback callback) {
        authority.budgets().stream()
                .filter(budget -> budget.limit() > 0 && FEW_VALUES.containsAll(budget.per()))
                .limit(MAX_BUDGETS)
                .forEach(budget ->
                        callback.call(ratio(budget), budget.tenant().value(), budget.name()));
    }

    private double ratio(Budget budget) {
        List<Balance> fullest = authority.balances(budget.id(), 1);
        if (fullest.isEmpty()) {
            return 0;
        }
        Balance balance = fullest.getFirst();
        return (double) (balance.spent() + balance.held()) / budget.limit();
    }
}
