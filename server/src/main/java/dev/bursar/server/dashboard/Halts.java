package dev.bursar.server.dashboard;

import dev.bursar.ledger.Budget;
import dev.bursar.server.dashboard.view.HaltView;
import dev.bursar.server.directory.Action;
import dev.bursar.usage.AuditQuery;
import dev.bursar.usage.AuditRow;
import dev.bursar.usage.Usage;
import dev.bursar.usage.UsageException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why a budget lets nothing through, and what made it so.
final class Halts {

    private final Usage usage;

    Halts(Usage usage) {
        this.usage = usage;
    }

    /// Null for a budget that lets calls through.
    @Nullable HaltView of(Budget budget, Budget.Status status, Clock clock) {
        return switch (status) {
            case ACTIVE -> null;
            case FROZEN ->
                    new HaltView(
                            "It refuses every call that it applies to, in whatever mode, until"
                                    + " somebody unfreezes it. Calls in flight may end.",
                            cause(budget, "Frozen", Action.BUDGET_FREEZE, clock));
            case CLOSED ->
                    new HaltView(
                            "It refuses every call that it applies to, for ever.",
                            cause(budget, "Closed", Action.BUDGET_CLOSE, clock));
        };
    }

    /// The last act of the kind on the budget, alone or among others; null where the read model does not
    /// know it, or not yet.
    private HaltView.@Nullable Cause cause(Budget budget, String done, Action action, Clock clock) {
        String tenant = budget.tenant().value();
        AuditRow act = latest(tenant, action, budget.id().value());
        if (act == null) {
            return null;
        }
        String reason = act.reason();
        return new HaltView.Cause(
                done,
                reach(act, budget),
                clock.moment(act.at()),
                act.actor(),
                reason == null ? "" : reason,
                Address.AUDIT
                        .with("tenant", tenant)
                        .with("action", action.written())
                        .with("target", act.target())
                        .text());
    }

    private @Nullable AuditRow latest(String tenant, Action action, String budget) {
        try {
            List<AuditRow> acts =
                    usage.audit(
                            AuditQuery.latest(1)
                                    .ofTenant(tenant)
                                    .ofAction(action.written())
                                    .ofTarget(budget));
            return acts.isEmpty() ? null : acts.getFirst();
        } catch (UsageException e) {
            // The page tells what the authority knows also while the read model cannot answer.
            return null;
        }
    }

    /// What was named in the act when it was not the budget itself: a scope path, or several budgets.
    private static String reach(AuditRow act, Budget budget) {
        if (act.target().equals(budget.id().value())) {
            return "";
        }
        return act.target().equals(budget.tenant().value())
                ? "with other budgets"
                : "with all at or below " + act.target();
    }
}
