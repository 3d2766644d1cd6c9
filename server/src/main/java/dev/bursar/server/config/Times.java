package dev.bursar.server.config;

import java.time.Instant;

/// What times people may say.
public final class Times {

    /// All are before it. Far from what any clock says, milliseconds would overflow.
    public static final Instant END = Instant.parse("9999-01-01T00:00:00Z");

    private Times() {}
}
