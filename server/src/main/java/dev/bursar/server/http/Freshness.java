package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.usage.Usage;
import java.time.Duration;

/// Waits until the read model has what was answered before: who changes something and looks right after it
/// finds it there.
final class Freshness {

    /// What is not in the read model by then is not in the answer.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private Freshness() {}

    static void await(Usage usage, Authority authority) {
        try {
            usage.awaitPosition(authority.journal().lastPosition(), PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
