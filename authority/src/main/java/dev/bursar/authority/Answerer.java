package dev.bursar.authority;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Answers those who wait on virtual threads, from a virtual thread.
///
/// Waking a few hundred callers takes as long as a sync. From here the next sync need not wait for it,
/// and a virtual thread that wakes others puts them into the queue of its own carrier, which costs half
/// of what it costs any other thread. Futures and platform threads are not answered here: they must not
/// depend on a free carrier.
final class Answerer {

    /// Batches that may wait here; above that the syncer waits.
    private static final int MAX_BATCHES = 8;

    private final BlockingQueue<List<Pending<?>>> durable = new ArrayBlockingQueue<>(MAX_BATCHES);
    private final Thread thread;

    Answerer() {
        this.thread = Thread.ofVirtual().name("bursar-answerer").start(this::run);
    }

    /// Answers everything in a batch that is durable, part of it soon after this has returned.
    void answer(List<Pending<?>> batch) {
        List<Pending<?>> virtual = new ArrayList<>(batch.size());
        for (Pending<?> pending : batch) {
            if (pending.waitsVirtually()) {
                virtual.add(pending);
            } else {
                pending.answer();
            }
        }
        if (!virtual.isEmpty()) {
            put(virtual);
        }
    }

    /// Waits until all is answered.
    void end() {
        put(List.of());
        Threads.join(thread);
    }

    private void put(List<Pending<?>> batch) {
        try {
            durable.put(batch);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the syncer", e);
        }
    }

    private void run() {
        try {
            List<Pending<?>> batch = durable.take();
            while (!batch.isEmpty()) {
                batch.forEach(Pending::answer);
                batch = durable.take();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the answerer", e);
        }
    }
}
