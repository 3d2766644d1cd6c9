package dev.bursar.gateway;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/// Makes ids of calls: unique for ever, sortable by time of start, safe in headers and labels.
final class CallIds {

    /// How the ids of models' calls begin.
    static final String CALL = "call_";

    private static final HexFormat HEX = HexFormat.of();

    private final InstantSource clock;

    /// Tells processes apart that start in the same millisecond.
    private final String process;

    private final AtomicLong count = new AtomicLong();

    CallIds(InstantSource clock) {
        this.clock = clock;
        byte[] random = new byte[6];
        new SecureRandom().nextBytes(random);
        this.process = HEX.formatHex(random);
    }

    String next() {
        return next(CALL);
    }

    /// @param kind how the id begins
    String next(String kind) {
        long millis = clock.millis();
        return kind
                + HEX.toHexDigits(millis, 12)
                + process
                + HEX.toHexDigits(count.getAndIncrement(), 8);
    }
}
