package dev.bursar.server.cycles;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Runs what may wait on virtual threads, a bounded number at a time.
final class Threads implements AutoCloseable {

    /// Beyond that, requests are told to come again.
    static final int MAX_AT_A_TIME = 256;

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(MAX_AT_A_TIME);

    /// Answers an exchange with what `work` returns, from any thread.
    ///
    /// @param work null when it sees to the answer itself
    void run(Exchange exchange, Callable<@Nullable Answer> work) {
        if (!places.tryAcquire()) {
            exchange.onLoop(() -> exchange.refuse(CyclesException.busy("too many at a time")));
            return;
        }
        executor.execute(() -> {
            try {
                Answer answer = work.call();
                if (answer != null) {
                    exchange.onLoop(() -> exchange.answer(answer));
                }
            } catch (Exception e) {
                CyclesException error = Refusals.error(e);
                exchange.onLoop(() -> exchange.refuse(error));
            } finally {
                places.release();
            }
        });
    }

    @Override
    public void close() {
        executor.close();
    }
}
