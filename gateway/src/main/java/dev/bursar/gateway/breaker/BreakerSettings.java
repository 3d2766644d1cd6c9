package dev.bursar.gateway.breaker;

import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which thresholds hold for whom.
///
/// @param tenants by tenant, the policies in the order in which they are tried
public record BreakerSettings(Map<TenantId, List<BreakerPolicy>> tenants) {

    /// The usual thresholds for everybody.
    public static final BreakerSettings DEFAULT = new BreakerSettings(Map.of());

    public BreakerSettings {
        Map<TenantId, List<BreakerPolicy>> copy = new HashMap<>();
        tenants.forEach((tenant, policies) -> copy.put(tenant, List.copyOf(policies)));
        tenants = Map.copyOf(copy);
    }

    /// The first policy of the tenant that applies to a call, or the usual one.
    public BreakerPolicy policy(TenantId tenant, Subject subject) {
        for (BreakerPolicy policy : tenants.getOrDefault(tenant, List.of())) {
            if (policy.appliesTo(subject)) {
                return policy;
            }
        }
        return BreakerPolicy.DEFAULT;
    }
}
