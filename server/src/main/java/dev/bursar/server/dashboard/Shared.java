package dev.bursar.server.dashboard;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers that everybody who looks at the same thing shares for a moment. Whoever asks first works it
/// out, and the others wait for that. Bounded: what was not asked for the longest goes first.
final class Shared<K, V> {

    /// Different things that are looked at.
    static final int MAX_ENTRIES = 128;

    private static final class Answer<V> {
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable V value;
        private long madeAt;
    }

    private final long keepNanos;
    private final LongSupplier nanos;
    private final Map<K, Answer<V>> entries =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<K, Answer<V>> eldest) {
                    return size() > MAX_ENTRIES;
                }
            };

    /// @param nanos a clock that only goes forward, in nanoseconds
    Shared(Duration keep, LongSupplier nanos) {
        this.keepNanos = keep.toNanos();
        this.nanos = nanos;
    }

    /// What was made within the time, or is made now.
    V get(K key, Supplier<V> make) {
        Answer<V> answer = answer(key);
        answer.lock.lock();
        try {
            V value = answer.value;
            if (value == null || nanos.getAsLong() - answer.madeAt >= keepNanos) {
                value = make.get();
                answer.value = value;
                answer.madeAt = nanos.getAsLong();
            }
            return value;
        } finally {
            answer.lock.unlock();
        }
    }

    private Answer<V> answer(K key) {
        synchronized (entries) {
            return entries.computeIfAbsent(key, _ -> new Answer<>());
        }
    }
}
