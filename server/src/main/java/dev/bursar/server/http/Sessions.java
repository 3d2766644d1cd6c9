package dev.bursar.server.http;

import dev.bursar.server.dashboard.view.Notice;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Admission;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who is signed in: random ids in memory, forgotten at the end of the process. All methods may be
/// called by any thread.
final class Sessions {

    static final Duration LIFETIME = Duration.ofHours(12);

    private static final int MAX_SESSIONS = 1_000;

    /// Wrong tokens of everybody together within [#FAILURE_WINDOW]; above that nobody is let in.
    private static final int MAX_FAILURES = 20;

    private static final Duration FAILURE_WINDOW = Duration.ofMinutes(1);

    private static final int SECRET_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final InstantSource clock;

    /// By id, the oldest first.
    private final Map<String, Session> sessions = new LinkedHashMap<>();

    /// @param formToken a secret that only pages of this session have
    /// @param notice what its reader was not told yet, or null
    record Session(Admission admission, Instant end, String formToken, @Nullable Notice notice) {

        private Session with(@Nullable Notice other) {
            return new Session(admission, end, formToken, other);
        }

        Actor actor() {
            return admission.actor();
        }

        /// Without the token.
        @Override
        public String toString() {
            return "Session[" + actor().name() + "]";
        }
    }

    private Instant failuresSince = Instant.EPOCH;
    private int failures;

    Sessions(InstantSource clock) {
        this.clock = clock;
    }

    synchronized String begin(Admission admission) {
        Instant now = clock.instant();
        Iterator<Session> oldest = sessions.values().iterator();
        while (oldest.hasNext()) {
            if (oldest.next().end().isAfter(now) && sessions.size() < MAX_SESSIONS) {
                break;
            }
            oldest.remove();
        }
        String id = secret();
        sessions.put(id, new Session(admission, now.plus(LIFETIME), secret(), null));
        return id;
    }

    private String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /// Empty when it is not open.
    synchronized Optional<Session> of(String id) {
        Session session = sessions.get(id);
        return session != null && session.end().isAfter(clock.instant())
                ? Optional.of(session)
                : Optional.empty();
    }

    /// Keeps a notice for the next page that the reader opens.
    synchronized void tell(String id, Notice notice) {
        sessions.computeIfPresent(id, (_, session) -> session.with(notice));
    }

    /// That the reader sees the notice now.
    synchronized void told(String id) {
        sessions.computeIfPresent(id, (_, session) -> session.with(null));
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
