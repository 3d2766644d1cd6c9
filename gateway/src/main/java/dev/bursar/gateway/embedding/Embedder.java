package dev.bursar.gateway.embedding;

import ai.onnxruntime.OrtException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells what texts are about, by a small model in the jar: all-MiniLM-L6-v2, quantized, English above
/// all. It reads the first [#MAX_PIECES] pieces of words (some 190 English words) and takes 1 to 15 ms for
/// that on one core.
///
/// Nothing is loaded before the first question or [#preload]; from then on it takes some 60 MB outside of
/// the heap, and native libraries lie in the temporary directory. Native code holds on to the thread it
/// runs on, so it has threads of its own: [#THREADS] at a time, with [#MAX_WAITING] questions waiting.
/// What does not fit, or takes too long, is not answered. Thread-safe.
public final class Embedder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Embedder.class);

    /// What the model was trained to read at once.
    public static final int MAX_PIECES = 256;

    /// Texts are cut here before they are looked at: no piece is longer than this many characters on average.
    static final int MAX_CHARS = 64 * MAX_PIECES;

    /// One question at a time: the cores are for the calls.
    public static final int THREADS = 1;

    public static final int MAX_WAITING = 32;

    private static final long CLOSE_SECONDS = 10;

    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(
                    THREADS,
                    THREADS,
                    0,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(MAX_WAITING),
                    Thread.ofPlatform().daemon().name("embedder").factory());

    /// Only touched by the thread, and by [#close] after its end.
    private @Nullable MiniLm model;

    private boolean unusable;

    /// Loads the model in the background, so that the first question does not wait for it.
    public void preload() {
        try {
            thread.execute(this::load);
        } catch (RejectedExecutionException e) {
            // Questions are waiting already, and the first of them loads it.
        }
    }

    /// What a text is about. Empty when there is no time to find out: too many ask, it takes longer than
    /// `patience`, the embedder is closed, or the model cannot run on this machine (logged once).
    ///
    /// @param text its first part counts, see [Embedding#whole]
    public Optional<Embedding> embed(String text, Duration patience) {
        String part = text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) : text;
        boolean all = part.length() == text.length();
        Future<Optional<Embedding>> answer;
        try {
            answer = thread.submit(() -> answer(part, all));
        } catch (RejectedExecutionException e) {
            return Optional.empty();
        }
        try {
            return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | CancellationException e) {
            answer.cancel(false);
            thread.purge();
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the embedding model failed", e.getCause());
        }
    }

    /// Ends the thread and frees the model. Questions that wait are not answered.
    @Override
    public void close() {
        thread.shutdownNow()
                .forEach(waiting -> {
                    if (waiting instanceof Future<?> question) {
                        question.cancel(false);
                    }
                });
        try {
            if (thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS) && model != null) {
                model.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Embedding> answer(String text, boolean all) throws OrtException {
        load();
        return model == null ? Optional.empty() : Optional.of(model.embed(text, all));
    }

    private void load() {
        if (model != null || unusable) {
            return;
        }
        try {
            model = MiniLm.load();
        } catch (OrtException | RuntimeException | LinkageError e) {
            unusable = true;
            LOG.warn("event=embedder_unusable texts are not compared by meaning", e);
        }
    }
}
