package dev.bursar.server.dashboard;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
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
        private Instant madeAt = Instant.EPOCH;
    }

    private final Duration keep;
    private final Map<K, Answer<V>> entries =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<K, Answer<V>> eldest) {
                    return size() > MAX_ENTRIES;
                }
            };

    Shared(Duration keep) {
        this.keep = keep;
    }

    /// What was made less than [#keep] ago, or is made now.
    V get(K key, Instant now, Supplier<V> make) {
        Answer<V> answer = answer(key);
        answer.lock.lock();
        try {
            V value = answer.value;
            boolean fresh = !now.isBefore(answer.madeAt) && now.isBefore(answer.madeAt.plus(keep));
            if (value == null || !fresh) {
                value = make.get();
                answer.value = value;
                answer.madeAt = now;
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
