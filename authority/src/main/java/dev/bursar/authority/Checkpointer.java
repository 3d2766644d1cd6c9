package dev.bursar.authority;

import dev.bursar.authority.Checkpoints.Restored;
import dev.bursar.ledger.LedgerLimits;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes a checkpoint every so many entries, without asking the writer for anything: it replays the
/// journal into a ledger of its own, from the newest checkpoint on.
///
/// That costs the work of the entries a second time, and for its duration the memory of the ledger: of a
/// large one, in a [process of its own][CheckpointProcess]. When callers keep the machine busy it would be
/// taken from them: then it waits for a calmer moment, but not for ever, because the next start has to
/// replay what it puts off.
final class Checkpointer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    private static final long LOOK_EVERY_MILLIS = 1_000;

    /// Entries between two looks above which the machine counts as busy: a quarter of what two cores do.
    private static final long BUSY_ENTRIES = 50_000;

    /// How many times the interval a checkpoint may be put off.
    private static final long MAX_PUT_OFF = 10;

    /// Entries to replay above which a ledger may be large: what comes of fewer is copied in a few
    /// milliseconds.
    private static final long LARGE_ENTRIES = 50_000;

    /// The same for the size of the checkpoint before.
    private static final long LARGE_BYTES = 4 << 20;

    private final Journal journal;
    private final Checkpoints checkpoints;
    private final CheckpointProcess process;
    private final LedgerLimits limits;
    private final long every;
    private final ScheduledExecutorService worker;
    private volatile boolean closed;
    private long lastPosition;
    private long seenPosition;

    Checkpointer(Journal journal, Checkpoints checkpoints, LedgerLimits limits, long every) {
        this.journal = journal;
        this.checkpoints = checkpoints;
        this.limits = limits;
        this.process = new CheckpointProcess(checkpoints.directory(), limits);
        this.every = every;
        this.lastPosition = checkpoints.newestPosition();
        this.seenPosition = journal.lastPosition();
        this.worker =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("bursar-checkpoint").daemon().factory());
        var _ =
                worker.scheduleWithFixedDelay(
                        this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long position = journal.lastPosition();
        boolean busy = position - seenPosition > BUSY_ENTRIES;
        seenPosition = position;
        long since = position - lastPosition;
        if (since < every || (busy && since / MAX_PUT_OFF < every)) {
            return;
        }
        try {
            write(position);
            lastPosition = checkpoints.newestPosition();
        } catch (RuntimeException e) {
            // The journal has everything: a missing checkpoint only makes the next start slower.
            LOG.warn("event=checkpoint_failed", e);
            lastPosition = journal.lastPosition();
        }
    }

    private void write(long position) {
        if (position - checkpoints.newestPosition() > LARGE_ENTRIES
                || checkpoints.newestBytes() > LARGE_BYTES) {
            long start = System.nanoTime();
            process.run();
            LOG.info(
                    "event=checkpoint position={} bytes={} millis={} process=own",
                    checkpoints.newestPosition(),
                    checkpoints.newestBytes(),
                    (System.nanoTime() - start) / 1_000_000);
            return;
        }
        Restored state =
                Recovery.replay(Recovery.base(checkpoints, journal, limits), journal, () -> closed);
        if (!closed) {
            checkpoints.write(state.position(), state.chain(), state.ledger().state());
        }
    }

    /// Waits for what is under way, which ends early.
    @Override
    public void close() {
        closed = true;
        process.close();
        worker.close();
    }
}
