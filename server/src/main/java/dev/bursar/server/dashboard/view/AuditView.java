package dev.bursar.server.dashboard.view;

import java.util.List;

/// What people, the command line and the configuration did.
///
/// @param actor that is looked for, or empty, like `target`
/// @param older the address of the next page, or empty
/// @param newest the address of the first page, or empty on it
/// @param filtered whether something is filtered out
public record AuditView(
        Shell shell,
        TenantChoice tenants,
        List<TenantChoice.Choice> ranges,
        List<TenantChoice.Choice> kinds,
        String actor,
        String target,
        String zone,
        List<AuditLine> acts,
        String summary,
        String older,
        String newest,
        boolean filtered) {

    public AuditView {
        ranges = List.copyOf(ranges);
        kinds = List.copyOf(kinds);
        acts = List.copyOf(acts);
    }
}
