package dev.bursar.server.cycles;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.util.List;
import java.util.TreeMap;

/// A tenant with one budget: as the configuration says it, and the same for a journal that a test writes
/// before a server starts.
final class OneBudget {

    static final TenantId ACME = new TenantId("acme");

    /// As below `tenants:`, with another tenant.
    static final String TENANTS =
            """
            acme:
              keys: [ { name: app, secret: acme-secret } ]
              budgets: [ { name: all, limit: 1000 tokens, scope: "tenant:acme" } ]
            umbrella: { keys: [ { name: app, secret: umbrella-secret } ] }
            """;

    private OneBudget() {}

    static Budget budget() {
        return new Budget(
                new BudgetId("acme/all"),
                ACME,
                "all",
                new TreeMap<>(),
                List.of(),
                Unit.TOKENS,
                1_000,
                new Window.Life(),
                Budget.Mode.HARD,
                List.of(),
                new Terms(ScopePath.parse("tenant:acme"), 0, 0, null, true));
    }
}
