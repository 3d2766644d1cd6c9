package dev.bursar.server.cycles;

import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Role;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Tells who a key belongs to and what it may do, in permissions of the specification's list and in what
/// a console would show and offer for them.
final class Introspection {

    /// Ours only: the specification's list does not have them.
    private static final Set<Permission> OWN =
            EnumSet.of(Permission.EVENTS_CREATE, Permission.GATEWAY_CALL);

    private static final List<String> READS = List.of("reservations:list", "admin:read");

    private static final List<String> OPERATES =
            List.of(
                    "reservations:list",
                    "reservations:release",
                    "admin:read",
                    "admin:budgets:write",
                    "admin:apikeys:write");

    /// What the administrator of one tenant may do beyond that.
    private static final String CHANGES_TENANT = "admin:tenants:write";

    private Introspection() {}

    /// What a tenant's key may do. Capabilities follow from its permissions by the specification's table.
    static Answer of(CyclesCaller caller) {
        List<String> permissions =
                caller.key().permissions().stream()
                        .filter(permission -> !OWN.contains(permission))
                        .sorted()
                        .map(Permission::written)
                        .toList();
        Map<String, Boolean> capabilities = new LinkedHashMap<>();
        capabilities.put("view_overview", false);
        capabilities.put("view_budgets", any(caller, Permission.BUDGETS_READ));
        capabilities.put("view_events", any(caller, Permission.EVENTS_READ));
        capabilities.put("view_webhooks", false);
        capabilities.put("view_audit", false);
        capabilities.put("view_tenants", false);
        capabilities.put("view_api_keys", false);
        capabilities.put("view_policies", false);
        boolean changes =
                any(
                        caller,
                        Permission.RESERVATIONS_CREATE,
                        Permission.RESERVATIONS_COMMIT,
                        Permission.RESERVATIONS_RELEASE,
                        Permission.RESERVATIONS_EXTEND);
        capabilities.put("view_reservations", changes || any(caller, Permission.RESERVATIONS_LIST));
        capabilities.put("manage_budgets", any(caller, Permission.BUDGETS_WRITE));
        capabilities.put("manage_tenants", false);
        capabilities.put("manage_api_keys", false);
        capabilities.put("manage_webhooks", false);
        capabilities.put("manage_policies", false);
        capabilities.put("manage_reservations", changes);
        return answer("tenant", permissions, capabilities, caller);
    }

    /// What a person may do: there are no webhooks and policies for anybody.
    static Answer of(Actor actor) {
        boolean operates = actor.role() == Role.ADMIN || actor.role() == Role.OPERATOR;
        boolean rules = actor.role() == Role.ADMIN && actor.tenant() == null;
        Map<String, Boolean> capabilities = new LinkedHashMap<>();
        capabilities.put("view_overview", true);
        capabilities.put("view_budgets", true);
        capabilities.put("view_events", true);
        capabilities.put("view_webhooks", false);
        capabilities.put("view_audit", true);
        capabilities.put("view_tenants", true);
        capabilities.put("view_api_keys", true);
        capabilities.put("view_policies", false);
        capabilities.put("view_reservations", true);
        capabilities.put("manage_budgets", operates);
        capabilities.put("manage_tenants", rules);
        capabilities.put("manage_api_keys", operates);
        capabilities.put("manage_webhooks", false);
        capabilities.put("manage_policies", false);
        capabilities.put("manage_reservations", operates);
        return answer("admin", permissions(actor), capabilities, null);
    }

    private static List<String> permissions(Actor actor) {
        return switch (actor.role()) {
            case ADMIN ->
                    actor.tenant() == null
                            ? List.of("*")
                            : Stream.concat(OPERATES.stream(), Stream.of(CHANGES_TENANT)).toList();
            case OPERATOR -> OPERATES;
            case FINANCE, VIEWER -> READS;
        };
    }

    private static boolean any(CyclesCaller caller, Permission... permissions) {
        return Arrays.stream(permissions).anyMatch(caller.key()::may);
    }

    /// @param caller null for a person
    private static Answer answer(
            String type,
            List<String> permissions,
            Map<String, Boolean> capabilities,
            @Nullable CyclesCaller caller) {
        return Answer.of(
                200,
                Json.object(out -> {
                    out.writeBooleanProperty("authenticated", true);
                    out.writeStringProperty("auth_type", type);
                    out.writeArrayPropertyStart("permissions");
                    permissions.forEach(out::writeString);
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
                    capabilities.forEach(out::writeBooleanProperty);
                    out.writeEndObject();
                }));
    }
}
