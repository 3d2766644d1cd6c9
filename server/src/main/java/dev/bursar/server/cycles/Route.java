package dev.bursar.server.cycles;

import dev.bursar.server.config.Permission;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What can be asked, where, and with which permission.
///
/// @param reservation the id in the path, `""` where there is none
record Route(Operation operation, String reservation) {

    private static final String GET = "GET";
    private static final String POST = "POST";
    private static final String PREFIX = "/v1/";
    private static final String RESERVATIONS = "/v1/reservations";
    private static final String BELOW = "/v1/reservations/";

    /// The first parts of paths below `/v1` that the protocol has, v0.1.26 too, whether or not they are
    /// served here.
    private static final List<String> FAMILIES =
            List.of(
                    "reservations",
                    "decide",
                    "balances",
                    "events",
                    "auth",
                    "evidence",
                    "admin",
                    "webhooks",
                    ".well-known",
                    "action-kinds");

    enum Operation {
        DECIDE(POST, "/v1/decide", Permission.RESERVATIONS_CREATE),
        CREATE(POST, RESERVATIONS, Permission.RESERVATIONS_CREATE),
        LIST(GET, RESERVATIONS, Permission.RESERVATIONS_LIST),
        FIND(GET, BELOW, Permission.RESERVATIONS_LIST),
        COMMIT(POST, BELOW + "/commit", Permission.RESERVATIONS_COMMIT),
        RELEASE(POST, BELOW + "/release", Permission.RESERVATIONS_RELEASE),
        EXTEND(POST, BELOW + "/extend", Permission.RESERVATIONS_EXTEND),
        BALANCES(GET, "/v1/balances", Permission.BALANCES_READ),
        RECORD_EVENT(POST, "/v1/events", Permission.EVENTS_CREATE),
        LIST_EVENTS(GET, "/v1/events", Permission.EVENTS_READ),
        /// Tells what a key may do: any key may ask.
        INTROSPECT(GET, "/v1/auth/introspect", null);

        private final String method;
        private final String path;
        private final @Nullable Permission permission;

        /// @param path without the id of a reservation
        Operation(String method, String path, @Nullable Permission permission) {
            this.method = method;
            this.path = path;
            this.permission = permission;
        }

        /// Null when any key will do.
        @Nullable Permission permission() {
            return permission;
        }

        private boolean hasId() {
            return path.startsWith(BELOW);
        }

        boolean reads() {
            return method.equals(GET);
        }

        /// Whether an administrator may ask in place of a tenant.
        boolean isForAdmins() {
            return this == LIST || this == FIND || this == RELEASE || this == INTROSPECT;
        }
    }

    /// Whether a path is where the protocol's are.
    static boolean isNearUs(@Nullable String path) {
        return path != null && path.startsWith(PREFIX);
    }

    /// Whether the protocol has anything to say at a path.
    static boolean isOurs(@Nullable String path) {
        if (path == null || !path.startsWith(PREFIX)) {
            return false;
        }
        for (String family : FAMILIES) {
            int end = PREFIX.length() + family.length();
            if (path.startsWith(family, PREFIX.length())
                    && (path.length() == end || path.charAt(end) == '/')) {
                return true;
            }
        }
        return false;
    }

    /// @throws CyclesException with status 404 for a path that there is not, and 405 for a method
    static Route of(HttpMethod method, String path) {
        String id = id(path);
        String plain = id.isEmpty() ? path : BELOW + path.substring(BELOW.length() + id.length());
        List<String> allowed = new ArrayList<>(2);
        for (Operation operation : Operation.values()) {
            if (operation.path.equals(plain) && operation.hasId() != id.isEmpty()) {
                if (operation.method.equals(method.name())) {
                    return new Route(operation, id);
                }
                allowed.add(operation.method);
            }
        }
        if (allowed.isEmpty()) {
            throw new CyclesException(ErrorCode.NOT_FOUND, "there is nothing at this path");
        }
        String allow = String.join(", ", allowed);
        throw new CyclesException(
                405,
                ErrorCode.INVALID_REQUEST,
                "this path takes " + allow,
                Map.of(),
                Map.of("Allow", allow));
    }

    private static String id(String path) {
        if (!path.startsWith(BELOW)) {
            return "";
        }
        int end = path.indexOf('/', BELOW.length());
        return path.substring(BELOW.length(), end < 0 ? path.length() : end);
    }
}
