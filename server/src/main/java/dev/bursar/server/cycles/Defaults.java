package dev.bursar.server.cycles;

import dev.bursar.ledger.Command.Overage;
import java.time.Duration;

/// What holds of every tenant where a request says nothing, and how far a request can go.
final class Defaults {

    static final Duration TTL = Duration.ofMinutes(1);

    /// More is cut to this.
    static final Duration MAX_TTL = Duration.ofHours(1);

    static final Duration GRACE = Duration.ofSeconds(5);

    static final int MAX_EXTENSIONS = 10;

    static final Overage OVERAGE = Overage.ALLOW_IF_AVAILABLE;

    private Defaults() {}
}
