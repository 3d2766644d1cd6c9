package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that makes batches durable, one after the other, and answers each once it is.
///
/// After a failure it does nothing more, ever: what reached the disk is then unknown, and a sync that is
/// tried again can report success for pages that the kernel has already dropped.
final class Syncer implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Syncer.class);

    private final Journal journal;
    private final CommandQueue queue;
    private final HandOver handOver;
    private final AuthorityMeter meter;
    private final Answerer answerer = new Answerer();

    Syncer(Journal journal, CommandQueue queue, HandOver handOver, AuthorityMeter meter) {
        this.journal = journal;
        this.queue = queue;
        this.handOver = handOver;
        this.meter = meter;
    }

    @Override
    public void run() {
        Batch batch = handOver.take(new Batch());
        try {
            while (!batch.isEmpty()) {
                append(batch);
                answerer.answer(batch.pending);
                batch.clear();
                batch = handOver.take(batch);
            }
        } catch (RuntimeException | Error e) {
            stop(batch, e);
        } finally {
            answerer.end();
        }
    }

    /// A batch without entries was decided upon state that is durable by now: nothing to write.
    private void append(Batch batch) {
        if (batch.entries.count() > 0) {
            long start = System.nanoTime();
            long bytes = journal.append(batch.entries);
            meter.synced(batch.entries.count(), bytes, System.nanoTime() - start);
        }
    }

    private void stop(Batch batch, Throwable cause) {
        AuthorityException why =
                new AuthorityException(
                        cause instanceof AuthorityException known ? known.kind() : Kind.INTERNAL,
                        "the authority has stopped: " + cause.getMessage(),
                        cause);
        LOG.error("event=stopped last_position={}", journal.lastPosition(), cause);
        queue.fail(why);
        Batch given = handOver.stop();
        meter.stopped(why);
        batch.pending.forEach(pending -> pending.fail(why));
        given.pending.forEach(pending -> pending.fail(why));
    }
}
