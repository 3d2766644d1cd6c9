package dev.bursar.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.usage.Live;
import dev.bursar.usage.RunRow;
import dev.bursar.usage.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoScreenTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private static final RunRow RUNAWAY =
            new RunRow(
                    "acme",
                    "fixer-loop-1",
                    "coding",
                    "fixer",
                    "user-7",
                    "r1",
                    NOW,
                    NOW,
                    6,
                    9,
                    0,
                    58_080,
                    90_000_000,
                    RunStatus.STOPPED,
                    "budget_exhausted",
                    135_000_000,
                    200_000_000);

    private static final DemoFigures FIGURES =
            new DemoFigures(
                    new Live(NOW, 45_000_000_000L, 120, 9_000, 9, List.of(), List.of()),
                    200,
                    9,
                    183_000_000,
                    135_000_000,
                    List.of(RUNAWAY),
                    List.of(new DemoFigures.Stopped(RUNAWAY, "run", 100_000_000)));

    @Test
    void story_ofStoppedRun_saysWhereAndWhatAnHourWouldHaveCost() {
        assertThat(DemoScreen.story(FIGURES.stopped().getFirst()).getFirst())
                .contains("stopped at $0.90 of $1.00 after 6 calls")
                .endsWith("would have cost $450.00 an hour");
    }

    @Test
    void summary_hasCallsSpendDenialsAndMoneyNotSpent_onOneScreen() {
        List<String> lines =
                DemoScreen.summary(FIGURES, Duration.ofSeconds(20), "http://127.0.0.1:7878/");

        assertThat(lines).hasSizeLessThan(24);
        assertThat(String.join("\n", lines))
                .contains("200", "$1.83", "denials    9", "$1.35", "http://127.0.0.1:7878/");
    }

    @Test
    void picture_marksTheStoppedRun() {
        List<String> lines = DemoScreen.picture(FIGURES, Duration.ofSeconds(12), "http://x");

        assertThat(lines)
                .anyMatch(line -> line.contains("fixer-loop-1") && line.endsWith("STOPPED"))
                .allMatch(line -> line.length() <= 140);
    }

    @ParameterizedTest
    @CsvSource({"0, $0.00", "90000000, $0.90", "123456, $0.0012", "45000000000, $450.00"})
    void usd_isPlain(long microcents, String text) {
        assertThat(DemoScreen.usd(microcents)).isEqualTo(text);
    }
}
