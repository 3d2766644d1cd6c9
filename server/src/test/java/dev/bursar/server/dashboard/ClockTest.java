package dev.bursar.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClockTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @ParameterizedTest
    @CsvSource({
        "UTC,           2026-11-22T23:30:00Z, '22 Nov 2026, 23:30:00 UTC'",
        "Europe/Berlin, 2026-11-22T23:30:00Z, '23 Nov 2026, 00:30:00 CET'",
        "Europe/Berlin, 2026-07-01T22:30:00Z, '2 Jul 2026, 00:30:00 CEST'",
        "Asia/Kolkata,  2026-11-22T23:30:00Z, '23 Nov 2026, 05:00:00 IST'",
    })
    void full_isOfTheZoneAndNamesIt(String zone, Instant at, String text) {
        assertThat(new Clock(at, ZoneId.of(zone)).full(at)).isEqualTo(text);
    }

    @Test
    void starts_ofADayWhenClocksGoBack_areTwentyFiveHours() {
        Clock clock = new Clock(Instant.parse("2026-10-25T22:30:00Z"), BERLIN);

        List<Instant> starts = Range.DAY.starts(clock);

        assertThat(starts.getFirst()).isEqualTo("2026-10-24T22:00:00Z");
        assertThat(starts).hasSize(25).doesNotHaveDuplicates();
        assertThat(starts.stream().map(start -> Range.DAY.label(start, clock)))
                .startsWith("00:00", "01:00", "02:00", "02:00", "03:00")
                .endsWith("23:00");
    }

    @Test
    void starts_ofAMonth_areMidnightsOfTheZone() {
        Clock clock = new Clock(Instant.parse("2026-11-05T12:00:00Z"), BERLIN);

        assertThat(Range.MONTH.starts(clock))
                .hasSize(31)
                .contains(Instant.parse("2026-10-24T22:00:00Z"))
                .contains(Instant.parse("2026-10-25T23:00:00Z"));
    }
}
