package dev.bursar.server;

import dev.bursar.authority.Archived;
import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Archives by itself what is older than the configuration says, looking from time to time.
final class ArchiveKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ArchiveKeeper.class);

    private static final Duration LOOK_EVERY = Duration.ofHours(1);

    private final Authority authority;
    private final Duration after;
    private final InstantSource clock;
    private final ScheduledExecutorService worker;

    ArchiveKeeper(Authority authority, Duration after, InstantSource clock) {
        this(authority, after, clock, LOOK_EVERY);
    }

    ArchiveKeeper(Authority authority, Duration after, InstantSource clock, Duration every) {
        this.authority = authority;
        this.after = after;
        this.clock = clock;
        this.worker =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("bursar-archive").daemon().factory());
        var _ =
                worker.scheduleWithFixedDelay(
                        this::look, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            Archived archived;
            do {
                archived = authority.archive(clock.instant().minus(after));
            } while (archived.more() && !worker.isShutdown());
        } catch (AuthorityException e) {
            // Nothing is lost by trying again later; the journal has everything.
            LOG.warn("event=archive_failed", e);
        }
    }

    /// The authority, which closes later, gives up what is under way.
    @Override
    public void close() {
        worker.shutdown();
    }
}
