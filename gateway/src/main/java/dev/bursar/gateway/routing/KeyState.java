package dev.bursar.gateway.routing;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// How a key of a provider is doing: its open calls, its bucket, and whether it rests. Outlives new
/// configurations that keep the key. Thread-safe.
final class KeyState {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /// Until when the key is left alone, and for how long it was at the last time that nobody said how long.
    private record Rest(Instant until, Duration length) {

        static final Rest NONE = new Rest(Instant.MIN, Duration.ZERO);
    }

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicReference<Rest> rest = new AtomicReference<>(Rest.NONE);

    /// When the bucket will be full again, in nanoseconds since the epoch (the theoretical arrival time
    /// of the generic cell rate algorithm, ITU-T I.371).
    private final AtomicLong fullAt = new AtomicLong();

    boolean rests(Instant now) {
        return now.isBefore(rest.get().until());
    }

    Instant restsUntil() {
        return rest.get().until();
    }

    /// Takes a place among the open calls and a call out of the bucket, or neither.
    boolean claim(ProviderKey key, Instant now) {
        if (open.incrementAndGet() > key.concurrent() && key.concurrent() > 0) {
            open.decrementAndGet();
            return false;
        }
        if (key.callsPerMinute() > 0 && !drop(key, now)) {
            open.decrementAndGet();
            return false;
        }
        return true;
    }

    /// Whether [#claim] would do now. Somebody else may be faster.
    boolean hasRoom(ProviderKey key, Instant at) {
        boolean isFull = key.concurrent() > 0 && open.get() >= key.concurrent();
        return !isFull && untilRefill(key, at).isZero();
    }

    /// Until the bucket has a call for somebody; zero when it has one now.
    Duration untilRefill(ProviderKey key, Instant at) {
        if (key.callsPerMinute() == 0) {
            return Duration.ZERO;
        }
        long now = nanos(at);
        long full = filled(key, fullAt.get(), now);
        return Duration.ofNanos(Math.max(0, full - now - MINUTE.toNanos()));
    }

    private boolean drop(ProviderKey key, Instant at) {
        long now = nanos(at);
        for (; ; ) {
            long before = fullAt.get();
            long after = filled(key, before, now);
            if (overflows(after, now)) {
                return false;
            }
            if (fullAt.compareAndSet(before, after)) {
                return true;
            }
        }
    }

    /// When the bucket would be full again with one call less in it.
    private static long filled(ProviderKey key, long before, long now) {
        return Math.max(before, now) + MINUTE.toNanos() / key.callsPerMinute();
    }

    private static boolean overflows(long after, long now) {
        return after - now > MINUTE.toNanos();
    }

    /// Since the epoch; a long holds them until the year 2262.
    private static long nanos(Instant at) {
        return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
    }

    void giveBack() {
        open.decrementAndGet();
    }

    /// Leaves the key alone: as long as the provider said, or twice as long as at the last time that it did not.
    ///
    /// @param told by the provider, zero when it said nothing
    void rest(Instant now, Duration told, Duration least, Duration most) {
        rest.updateAndGet(before -> {
            if (now.isBefore(before.until())) {
                return before;
            }
            Duration longer = before.length().multipliedBy(2);
            Duration length = told.isPositive() ? told : longer;
            length = length.compareTo(least) < 0 ? least : length;
            length = length.compareTo(most) > 0 ? most : length;
            return new Rest(now.plus(length), told.isPositive() ? before.length() : length);
        });
    }

    void wakeUp() {
        if (!rest.get().equals(Rest.NONE)) {
            rest.set(Rest.NONE);
        }
    }
}
