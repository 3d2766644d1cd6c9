package dev.bursar.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.usage.Live;
import dev.bursar.usage.RunRow;
import dev.bursar.usage.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
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
                DemoScreen.summary(
                        FIGURES, Duration.ofSeconds(20), "http://127.0.0.1:7878/", Size.LINES);

        assertThat(lines).hasSizeLessThan(24);
        assertThat(String.join("\n", lines))
                .contains("200", "$1.83", "denials    9", "$1.35", "http://127.0.0.1:7878/");
    }

    @Test
    void picture_marksTheStoppedRun() {
        List<String> lines =
                DemoScreen.picture(FIGURES, Duration.ofSeconds(12), "http://x", new Size(140, 40));

        assertThat(lines)
                .anyMatch(line -> line.contains("fixer-loop-1") && line.endsWith("STOPPED"))
                .anyMatch(line -> line.endsWith("would have cost $450.00 an hour"));
    }

    @ParameterizedTest
    @CsvSource({"80, 24, 1", "80, 24, 30", "120, 40, 30", "40, 10, 3", "20, 5, 1"})
    void picture_inAnyTerminal_fitsWithTheLastRowAndColumnFree(int columns, int rows, int stops) {
        List<String> lines =
                DemoScreen.picture(
                        figures(stops),
                        Duration.ofSeconds(12),
                        "http://127.0.0.1:7878",
                        new Size(columns, rows));

        assertThat(lines).hasSizeLessThan(rows).allMatch(line -> line.length() < columns);
    }

    @Test
    void picture_ofMoreStopsThanFit_showsTheNewestAndCountsTheOthers() {
        List<String> lines =
                DemoScreen.picture(
                        figures(30), Duration.ofSeconds(12), "http://x", new Size(80, 24));

        assertThat(lines).anyMatch(line -> line.matches("  2\\d more were stopped before"));
        assertThat(lines.stream().filter(line -> line.startsWith("■"))).hasSizeBetween(2, 9);
        assertThat(lines.getLast()).endsWith("$1.35 not spent");
    }

    @ParameterizedTest
    @CsvSource({"80, 24", "120, 40"})
    void summary_ofManyStops_isOneScreen(int columns, int rows) {
        List<String> lines =
                DemoScreen.summary(
                        figures(30),
                        Duration.ofMinutes(5),
                        "http://127.0.0.1:7878/",
                        new Size(columns, rows));

        assertThat(lines).hasSizeLessThan(rows).allMatch(line -> line.length() <= columns);
        assertThat(String.join(" ", lines)).contains("more were stopped before", "around.");
    }

    private static DemoFigures figures(int stops) {
        return new DemoFigures(
                FIGURES.live(),
                FIGURES.calls(),
                FIGURES.denials(),
                FIGURES.spentMicrocents(),
                FIGURES.avoidedMicrocents(),
                Collections.nCopies(6, RUNAWAY),
                Collections.nCopies(stops, FIGURES.stopped().getFirst()));
    }

    @ParameterizedTest
    @CsvSource({"0, $0.00", "90000000, $0.90", "123456, $0.0012", "45000000000, $450.00"})
    void usd_isPlain(long microcents, String text) {
        assertThat(DemoScreen.usd(microcents)).isEqualTo(text);
    }
}
