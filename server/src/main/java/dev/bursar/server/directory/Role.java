package dev.bursar.server.directory;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What a person may do.
public enum Role {
    /// Everything: tenants, access tokens and the server itself, too.
    ADMIN,
    /// Budgets, approvals, reservations and keys.
    OPERATOR,
    /// Reads and exports.
    FINANCE,
    /// Reads.
    VIEWER;

    public String written() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> of(String written) {
        return Arrays.stream(values()).filter(role -> role.written().equals(written)).findFirst();
    }
}
