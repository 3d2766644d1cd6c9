package dev.bursar.server.http;

import dev.bursar.server.directory.Actor;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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

    /// By id, the oldest first.
    private final Map<String, Session> sessions = new LinkedHashMap<>();

    private record Session(Actor actor, Instant end) {}

    private Instant failuresSince = Instant.EPOCH;
    private int failures;

    Sessions(InstantSource clock) {
        this.clock = clock;
    }

    synchronized String begin(Actor actor) {
        Instant now = clock.instant();
        Iterator<Session> oldest = sessions.values().iterator();
        while (oldest.hasNext()) {
            if (oldest.next().end().isAfter(now) && sessions.size() < MAX_SESSIONS) {
                break;
            }
            oldest.remove();
        }
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = HexFormat.of().formatHex(bytes);
        sessions.put(id, new Session(actor, now.plus(LIFETIME)));
        return id;
    }

    /// Who has opened it; empty when it is not open.
    synchronized Optional<Actor> of(String id) {
        Session session = sessions.get(id);
        return session != null && session.end().isAfter(clock.instant())
                ? Optional.of(session.actor())
                : Optional.empty();
    }

    synchronized void end(String id) {
        sessions.remove(id);
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
