package dev.bursar.authority;

import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/// Callers that put into a [CommandQueue], and the one thread that takes, for [CommandQueueTest].
@Param(name = "number", gen = IntGen.class, conf = "0:9")
public final class QueueOperations {

    private static final int CAPACITY = 64;
    private static final Ledger NO_LEDGER = new Ledger(LedgerLimits.DEFAULT);

    private final CommandQueue queue = new CommandQueue(CAPACITY);
    private final Pending<?> first = Pending.waiting((ledger, now) -> -1);

    public QueueOperations() {}

    @Operation
    public void put(int number) {
        queue.put(Pending.waiting((ledger, now) -> number));
    }

    /// As the writer does while it still has something: without waiting.
    @Operation(nonParallelGroup = "writer")
    public List<Object> take() {
        ArrayDeque<Pending<?>> into = new ArrayDeque<>(List.of(first));
        queue.take(into);
        into.removeFirst();
        queue.decided(into.size());
        List<Object> taken = new ArrayList<>();
        for (Pending<?> pending : into) {
            taken.add(pending.work(NO_LEDGER, Instant.EPOCH, List.of()));
        }
        return taken;
    }

    /// The same, one after the other.
    public static final class Naive {

        private final Queue<Integer> waiting = new ArrayDeque<>();

        public Naive() {}

        public void put(int number) {
            waiting.add(number);
        }

        public List<Object> take() {
            List<Object> taken = List.copyOf(waiting);
            waiting.clear();
            return taken;
        }
    }
}
