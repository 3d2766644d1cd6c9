package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.Moment;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// What a reader's clock says: times on a page are in one zone, and the page names it.
///
/// @param now when the page is made
record Clock(Instant now, ZoneId zone) {

    static final ZoneId UTC = ZoneId.of("UTC");

    private static final DateTimeFormatter FULL = format("d MMM uuuu, HH:mm:ss z");
    private static final DateTimeFormatter SECONDS = format("HH:mm:ss");
    private static final DateTimeFormatter MINUTES = format("HH:mm");
    private static final DateTimeFormatter HOUR = format("d MMM HH:mm");
    private static final DateTimeFormatter FIELD = format("uuuu-MM-dd'T'HH:mm");
    private static final DateTimeFormatter DAY = format("d MMM");

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
    }

    /// As a page names the zone: `Europe/Berlin`, `UTC`.
    String zoneName() {
        return zone.getId();
    }

    Moment moment(Instant at) {
        return new Moment(relative(at), full(at), at.toString());
    }

    String relative(Instant at) {
        return Moments.relative(at, now);
    }

    ZonedDateTime here(Instant at) {
        return at.atZone(zone);
    }

    /// `22 Nov 2026, 18:30:00 CET`.
    String full(Instant at) {
        return FULL.format(here(at));
    }

    String seconds(Instant at) {
        return SECONDS.format(here(at));
    }

    String minutes(Instant at) {
        return MINUTES.format(here(at));
    }

    String hour(Instant at) {
        return HOUR.format(here(at));
    }

    /// As fields of forms have it: `2026-11-22T18:30`.
    String field(Instant at) {
        return FIELD.format(here(at));
    }

    String day(Instant at) {
        return DAY.format(here(at));
    }
}
