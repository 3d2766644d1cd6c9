package dev.bursar.ledger;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The approvals that wait for a person, in the order they were asked; at most one for an account.
final class Approvals {

    /// How many of one tenant may wait at a time: no tenant keeps others from asking. Beyond that, a
    /// refusal asks nobody.
    static final int MAX_OPEN_OF_TENANT = 1_000;

    /// How many may wait at a time altogether.
    private static final int MAX_OPEN = 100_000;

    private final Map<String, Approval> byId = new LinkedHashMap<>();
    private final Map<TenantId, Integer> ofTenant = new HashMap<>();
    private final Map<AccountKey, Approval> byAccount = new HashMap<>();

    @Nullable Approval byId(String id) {
        return byId.get(id);
    }

    @Nullable Approval of(AccountKey account) {
        return byAccount.get(account);
    }

    boolean hasPlaceFor(TenantId tenant, int more) {
        return byId.size() + more <= MAX_OPEN
                && ofTenant.getOrDefault(tenant, 0) + more <= MAX_OPEN_OF_TENANT;
    }

    void open(Approval approval) {
        byId.put(approval.id(), approval);
        ofTenant.merge(approval.tenant(), 1, Integer::sum);
        byAccount.put(approval.account(), approval);
    }

    void close(String id) {
        Approval closed = byId.remove(id);
        if (closed != null) {
            byAccount.remove(closed.account());
            ofTenant.computeIfPresent(closed.tenant(), (_, open) -> open == 1 ? null : open - 1);
        }
    }

    void removeOf(AccountKey account) {
        Approval open = byAccount.get(account);
        if (open != null) {
            close(open.id());
        }
    }

    void removeOf(BudgetId budget) {
        removeWhere(approval -> approval.account().budget().equals(budget));
    }

    void removeOf(TenantId tenant) {
        removeWhere(approval -> approval.tenant().equals(tenant));
    }

    private void removeWhere(Predicate<Approval> condition) {
        List.copyOf(byId.values()).stream()
                .filter(condition)
                .forEach(approval -> close(approval.id()));
    }

    Collection<Approval> all() {
        return byId.values();
    }
}
