package dev.bursar.server.cli;

import dev.bursar.server.config.Times;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// When something ends, as a command line says it: at a time like `2027-01-31T00:00:00Z`, with the last
/// moment of a date like `2027-01-31` (UTC), or a duration like `90d` from now.
final class End {

    /// For the help of an option.
    static final String LIKE =
            "at a time (2027-01-31T00:00:00Z), with the end of a day (2027-01-31, UTC), or so long from"
                    + " now (90d, 12h)";

    private static final String DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}";

    private End() {}

    /// @throws IllegalArgumentException that says what it may be like
    static Instant parse(String written, InstantSource clock) {
        Instant end;
        try {
            end = read(written, clock.instant().truncatedTo(ChronoUnit.SECONDS));
        } catch (DateTimeException e) {
            throw mistake(written, e);
        }
        if (!end.isAfter(Instant.EPOCH) || !end.isBefore(Times.END)) {
            throw mistake(written, null);
        }
        return end;
    }

    private static Instant read(String written, Instant now) {
        if (written.matches(DATE)) {
            return LocalDate.parse(written).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        return Lines.duration(written).map(now::plus).orElseGet(() -> Instant.parse(written));
    }

    private static IllegalArgumentException mistake(
            String written, @Nullable DateTimeException cause) {
        return new IllegalArgumentException(
                "must be a time like 2027-01-31T00:00:00Z, a date like 2027-01-31 or a duration like"
                        + " 90d or 12h: "
                        + written,
                cause);
    }
}
