package dev.bursar.server.dashboard.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What waits for a person's word.
///
/// @param source where the page is fetched from again
/// @param form null for readers who may only look
/// @param more empty, or that not all are listed
/// @param decisions what was said of late
public record ApprovalsView(
        Shell shell,
        TenantChoice tenants,
        String source,
        List<Open> open,
        String summary,
        @Nullable FormView form,
        String more,
        List<AuditLine> decisions,
        String decisionsHref) {

    public ApprovalsView {
        decisions = List.copyOf(decisions);
        open = List.copyOf(open);
    }

    /// An approval that is asked for.
    ///
    /// @param account which balance of the budget, or empty where it has only one
    /// @param run who asks, or null when no run was named
    /// @param about user, workflow and what else is known of who asks
    /// @param acts what may be said to it, for readers who may
    public record Open(
            String id,
            String tenant,
            Link budget,
            String account,
            Moment since,
            Bar bar,
            List<Fact> facts,
            @Nullable Link run,
            List<String> about,
            List<ActView> acts) {

        public Open {
            facts = List.copyOf(facts);
            about = List.copyOf(about);
            acts = List.copyOf(acts);
        }
    }
}
