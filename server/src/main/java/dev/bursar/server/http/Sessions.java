package dev.bursar.server.http;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Who is signed in: random ids in memory, forgotten at the end of the process. All methods may be
/// called by any thread.
final class Sessions {

    static final Duration LIFETIME = Duration.ofHours(12);

    private static final int MAX_SESSIONS = 1_000;

    /// Wrong tokens of everybody together within [#FAILURE_WINDOW]; above that nobody is let in.
    private static final int MAX_FAILURES = 20;

    private static final Duration FAILURE_WINDOW = Duration.ofMinutes(1);

    private static final int ID_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final InstantSource clock;

    /// The end of each session, the oldest session first.
    private final Map<String, Instant> ends = new LinkedHashMap<>();

    private Instant failuresSince = Instant.EPOCH;
    private int failures;

    Sessions(InstantSource clock) {
        this.clock = clock;
    }

    synchronized String begin() {
        Instant now = clock.instant();
        Iterator<Instant> oldest = ends.values().iterator();
        while (oldest.hasNext()) {
            Instant end = oldest.next();
            if (end.isAfter(now) && ends.size() < MAX_SESSIONS) {
                break;
            }
            oldest.remove();
        }
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = HexFormat.of().formatHex(bytes);
        ends.put(id, now.plus(LIFETIME));
        return id;
    }

    synchronized boolean isOpen(String id) {
        Instant end = ends.get(id);
        return end != null && end.isAfter(clock.instant());
    }

    synchronized void end(String id) {
        ends.remove(id);
    }

    /// Whether another try may be made just now.
    synchronized boolean mayTry() {
        if (clock.instant().isAfter(failuresSince.plus(FAILURE_WINDOW))) {
            failures = 0;
        }
        return failures < MAX_FAILURES;
    }

    synchronized void failed() {
        if (failures == 0) {
            failuresSince = clock.instant();
        }
        failures++;
    }
}
