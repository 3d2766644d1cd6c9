package dev.bursar.server.cycles;

import dev.bursar.server.config.Permission;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells who a key belongs to and what it may do.
final class Introspection {

    private Introspection() {}

    /// @param caller null for an administrator
    static Answer of(@Nullable CyclesCaller caller) {
        return Answer.of(
                200,
                Json.object(out -> {
                    out.writeBooleanProperty("authenticated", true);
                    out.writeStringProperty("auth_type", caller == null ? "admin" : "tenant");
                    out.writeArrayPropertyStart("permissions");
                    permissions(caller).forEach(out::writeString);
                    out.writeEndArray();
                    if (caller != null) {
                        out.writeStringProperty("tenant_id", caller.tenant().value());
                        if (caller.key().scope() != null) {
                            out.writeArrayPropertyStart("scope_filter");
                            out.writeString(caller.key().scope().toString());
                            out.writeEndArray();
                        }
                    }
                    out.writeObjectPropertyStart("capabilities");
                    capabilities(caller).forEach(out::writeBooleanProperty);
                    out.writeEndObject();
                }));
    }

    private static List<String> permissions(@Nullable CyclesCaller caller) {
        return caller == null ? List.of("*") : Permission.written(caller.key().permissions());
    }

    /// What a console of the protocol would show and offer.
    private static Map<String, Boolean> capabilities(@Nullable CyclesCaller caller) {
        boolean admin = caller == null;
        Map<String, Boolean> capabilities = new LinkedHashMap<>();
        capabilities.put("view_overview", admin);
        capabilities.put("view_budgets", may(caller, Permission.BALANCES_READ));
        capabilities.put("view_events", may(caller, Permission.EVENTS_READ));
        capabilities.put("view_webhooks", false);
        capabilities.put("view_audit", admin);
        capabilities.put("view_tenants", admin);
        capabilities.put("view_api_keys", admin);
        capabilities.put("view_policies", false);
        capabilities.put("manage_budgets", may(caller, Permission.BUDGETS_WRITE));
        capabilities.put("manage_tenants", admin);
        capabilities.put("manage_api_keys", admin);
        capabilities.put("manage_webhooks", false);
        capabilities.put("manage_policies", false);
        return capabilities;
    }

    private static boolean may(@Nullable CyclesCaller caller, Permission permission) {
        return caller == null || caller.key().may(permission);
    }
}
