package dev.bursar.server.cycles;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/// Makes ids that are unique for ever, without waiting for a source of randomness: a counter, mixed with
/// a secret start of this process. Nobody may do anything because of knowing one.
final class Ids {

    private static final Pattern RESERVATION =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

    private static final long STEP = 0x9E3779B97F4A7C15L;

    private final InstantSource clock;
    private final long start = new SecureRandom().nextLong();
    private final AtomicLong count = new AtomicLong();

    Ids(InstantSource clock) {
        this.clock = clock;
    }

    /// A UUID of version 7 (RFC 9562): sorted by time of making.
    String uuid() {
        long number = count.incrementAndGet();
        long high = clock.millis() << 16 | 0x7000L | (number & 0xFFF);
        long low = mixed(number) >>> 2 | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }

    /// 32 hexadecimal digits, not all zero.
    String trace() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(mixed(count.incrementAndGet()) | 1)
                + hex.toHexDigits(mixed(count.incrementAndGet()));
    }

    /// Whether this could be the id of a reservation of this protocol; holds of model calls are not.
    static boolean isReservation(String id) {
        return RESERVATION.matcher(id).matches();
    }

    /// The finalizer of SplitMix64: no two numbers give the same.
    private long mixed(long number) {
        long value = start + number * STEP;
        value = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        value = (value ^ (value >>> 27)) * 0x94D049BB133111EBL;
        return value ^ (value >>> 31);
    }
}
