package dev.bursar.server.cycles;

import io.vertx.core.http.HttpHeaders;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// The time as the header `Date` writes it (RFC 9110, 5.6.7), worked out when a second has passed. Older
/// clients size the first beat of their heartbeat by it. For any thread.
final class HttpDate {

    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private volatile Said last;

    private record Said(long second, CharSequence text) {}

    HttpDate(InstantSource clock) {
        this.clock = clock;
        this.last = said(clock.instant());
    }

    CharSequence now() {
        Instant now = clock.instant();
        Said said = last;
        if (said.second() != now.getEpochSecond()) {
            said = said(now);
            last = said;
        }
        return said.text();
    }

    private static Said said(Instant now) {
        return new Said(now.getEpochSecond(), HttpHeaders.createOptimized(FORMAT.format(now)));
    }
}
