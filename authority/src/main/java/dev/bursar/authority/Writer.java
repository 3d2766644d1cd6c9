package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Ledger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that owns the ledger: decides what callers put into the queue, applies it, and leaves
/// it for the [Syncer]. It never waits for the disk unless a whole batch is waiting already.
final class Writer implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);

    private final Ledger ledger;
    private final InstantSource clock;
    private final CommandQueue queue;
    private final HandOver handOver;
    private final AuthorityMeter meter;
    private final ArrayDeque<Pending<?>> waiting = new ArrayDeque<>();
    private final List<Pending<?>> decided = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private Instant now;

    Writer(
            Ledger ledger,
            InstantSource clock,
            CommandQueue queue,
            HandOver handOver,
            AuthorityMeter meter) {
        this.ledger = ledger;
        this.now = ledger.lastAt();
        this.clock = clock;
        this.queue = queue;
        this.handOver = handOver;
        this.meter = meter;
    }

    @Override
    public void run() {
        try {
            decideAll();
        } catch (RuntimeException | Error e) {
            // A bug in the rules: what was half done must not be answered, nothing may follow it.
            AuthorityException why =
                    new AuthorityException(
                            Kind.INTERNAL, "the authority has stopped: deciding failed: " + e, e);
            LOG.error("event=stopped", e);
            meter.stopped(why);
            queue.fail(why);
            failWhatIsLeft(why);
        } finally {
            handOver.end();
        }
    }

    private void decideAll() {
        boolean open = true;
        while (open || !waiting.isEmpty()) {
            open = open && queue.take(waiting);
            int room = handOver.room();
            if (room == 0 || !decide(Math.min(room, waiting.size()))) {
                failWhatIsLeft(stopped());
                return;
            }
        }
    }

    private AuthorityException stopped() {
        AuthorityException why = queue.failure();
        return why == null
                ? new AuthorityException(Kind.INTERNAL, "the authority has stopped")
                : why;
    }

    /// @return false when the syncer has stopped meanwhile
    private boolean decide(int count) {
        if (count == 0) {
            return true;
        }
        long start = System.nanoTime();
        now = later(now, clock.instant());
        int behind = queue.size() - count;
        int callers = 0;
        for (int i = 0; i < count; i++) {
            Pending<?> pending = waiting.removeFirst();
            decided.add(pending);
            pending.decide(ledger, now, entries);
            callers += pending.isCallers() ? 1 : 0;
        }
        meter.decided(callers, (System.nanoTime() - start) * callers / count, behind);
        if (!handOver.give(decided, entries)) {
            return false;
        }
        decided.clear();
        entries.clear();
        queue.decided(count);
        return true;
    }

    /// Milliseconds are what all times of entries have; the clock may step back, this does not.
    private static Instant later(Instant last, Instant clock) {
        Instant millis = Instant.ofEpochMilli(clock.toEpochMilli());
        return millis.isBefore(last) ? last : millis;
    }

    private void failWhatIsLeft(AuthorityException why) {
        boolean open = true;
        while (open) {
            open = queue.take(waiting);
            waiting.forEach(pending -> pending.fail(why));
            waiting.clear();
        }
        decided.forEach(pending -> pending.fail(why));
        decided.clear();
    }
}
