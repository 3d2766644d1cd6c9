package dev.bursar.server;

import dev.bursar.authority.Archived;
import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthorityException;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.DirectoryException;
import dev.bursar.server.http.Notary;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Archives by itself what is older than the configuration says, looking from time to time. Each file is
/// an act of the system in the audit log.
final class ArchiveKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ArchiveKeeper.class);

    private static final Duration LOOK_EVERY = Duration.ofHours(1);

    /// How long a file may take that is being written when the server stops.
    private static final long CLOSE_SECONDS = 5;

    private final Authority authority;
    private final Notary notary;
    private final Duration after;
    private final InstantSource clock;
    private final ScheduledExecutorService worker;

    ArchiveKeeper(Authority authority, Notary notary, Duration after, InstantSource clock) {
        this(authority, notary, after, clock, LOOK_EVERY);
    }

    ArchiveKeeper(
            Authority authority,
            Notary notary,
            Duration after,
            InstantSource clock,
            Duration every) {
        this.authority = authority;
        this.notary = notary;
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
                if (archived.entries() > 0) {
                    notary.archived(Actor.SYSTEM, archived);
                }
            } while (archived.more() && !worker.isShutdown());
        } catch (AuthorityException | DirectoryException e) {
            // Nothing is lost by trying again later; the journal has everything.
            LOG.warn("event=archive_failed", e);
        }
    }

    /// Waits a little for a file that is under way, so that it is in the audit log, too. The authority,
    /// which closes later, gives up what takes longer.
    @Override
    public void close() {
        worker.shutdown();
        try {
            if (!worker.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.info("event=archive_given_up");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
