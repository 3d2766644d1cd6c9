package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.Tenant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// Ends tenants in the directory and in the ledger.
public final class Tenants {

    /// How many holds one command releases: other commands pass in between.
    private static final int PORTION = 10_000;

    private final Directory directory;
    private final Authority authority;

    public Tenants(Directory directory, Authority authority) {
        this.directory = directory;
        this.authority = authority;
    }

    /// Closes a tenant: first its keys, so that nothing new begins, then its holds. Both are one act.
    ///
    /// @return how many holds were released
    int close(TenantId tenant, Actor by) {
        Actor once = by.and(Map.of("act", UUID.randomUUID().toString()));
        directory.closeTenant(tenant, once);
        return closeInLedger(tenant, once);
    }

    /// Goes on with what an end of the process has cut short.
    public void finish() {
        Set<TenantId> closed =
                directory.tenants().values().stream()
                        .filter(tenant -> tenant.status() == Tenant.Status.CLOSED)
                        .map(Tenant::id)
                        .collect(Collectors.toSet());
        if (!closed.isEmpty()) {
            authority.leftToClose(closed).forEach(tenant -> closeInLedger(tenant, Actor.SYSTEM));
        }
    }

    private int closeInLedger(TenantId tenant, Actor by) {
        int released = 0;
        boolean more = true;
        while (more) {
            Outcome outcome =
                    authority.submit(
                            new Command.CloseTenant(
                                    tenant,
                                    PORTION,
                                    by.did(Action.TENANT_CLOSE, tenant.value(), Map.of())));
            if (!(outcome instanceof Outcome.TenantClosed closed)) {
                throw new IllegalStateException("a tenant was not closed: " + outcome);
            }
            released += closed.released();
            more = closed.more();
        }
        return released;
    }
}
