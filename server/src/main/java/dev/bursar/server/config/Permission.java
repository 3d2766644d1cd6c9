package dev.bursar.server.config;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What an API key may be used for. The names are those of the Cycles Protocol v0.1.25, and one of our
/// own for calls of models.
public enum Permission {
    /// Decide and reserve.
    RESERVATIONS_CREATE,
    RESERVATIONS_COMMIT,
    RESERVATIONS_RELEASE,
    RESERVATIONS_EXTEND,
    RESERVATIONS_LIST,
    BALANCES_READ,
    EVENTS_CREATE,
    EVENTS_READ,
    BUDGETS_READ,
    BUDGETS_WRITE,
    /// Call models through the gateway.
    GATEWAY_CALL;

    /// What a key may do of which nothing else was said: everything that a running agent needs.
    public static final Set<Permission> RUNTIME =
            Collections.unmodifiableSet(
                    EnumSet.complementOf(EnumSet.of(BUDGETS_READ, BUDGETS_WRITE)));

    /// As it is written: `reservations:create`.
    public String written() {
        return name().toLowerCase(Locale.ROOT).replace('_', ':');
    }

    /// The permission that is written like this.
    public static Optional<Permission> of(String written) {
        return Arrays.stream(values()).filter(one -> one.written().equals(written)).findFirst();
    }

    /// How every permission of a set is written, in a fixed order.
    public static List<String> written(Set<Permission> permissions) {
        return permissions.stream().sorted().map(Permission::written).toList();
    }

    /// Every name, for messages.
    public static String known() {
        return Arrays.stream(values()).map(Permission::written).collect(Collectors.joining(", "));
    }
}
