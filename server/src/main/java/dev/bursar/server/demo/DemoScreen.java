package dev.bursar.server.demo;

import dev.bursar.usage.RunRow;
import dev.bursar.usage.RunStatus;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/// The words and bars of the demo in a terminal. Pure: figures in, lines out.
final class DemoScreen {

    private static final int BAR = 24;

    private static final String INDENT = "    ";

    private static final BigDecimal MICROCENTS_PER_USD = BigDecimal.valueOf(100_000_000);

    private DemoScreen() {}

    /// The whole picture, redrawn as time goes by. Leaves the last row and the last column free: what is
    /// written there makes terminals scroll.
    static List<String> picture(DemoFigures figures, Duration elapsed, String url, Size size) {
        List<String> lines = new ArrayList<>();
        lines.add("Bursar demo   %s   %d s".formatted(url, elapsed.toSeconds()));
        lines.add("");
        lines.add(
                "  spend now  %s/h     calls  %d/min     tokens  %d/min"
                        .formatted(
                                usd(figures.live().microcentsPerHour()),
                                figures.live().callsPerMinute(),
                                figures.live().tokensPerMinute()));
        lines.add(
                "  so far     %s     calls  %d     denied  %d"
                        .formatted(
                                usd(figures.spentMicrocents()),
                                figures.calls(),
                                figures.denials()));
        lines.add("");
        lines.add("  top runs");
        long most = figures.top().stream().mapToLong(RunRow::microcents).max().orElse(1);
        for (RunRow run : figures.top()) {
            lines.add(
                    "  %-16s %s %8s %4d calls  %s"
                            .formatted(
                                    run.run(),
                                    bar(run.microcents(), most),
                                    usd(run.microcents()),
                                    run.calls(),
                                    state(run)));
        }
        lines.add("");
        Size free = new Size(size.columns() - 1, size.rows() - 1);
        lines.addAll(stories(figures.stopped(), free.columns(), free.rows() - lines.size()));
        return lines.stream().limit(free.rows()).map(line -> cut(line, free.columns())).toList();
    }

    /// One line for a terminal that cannot be redrawn.
    static String line(DemoFigures figures, Duration elapsed) {
        String top =
                figures.top().isEmpty()
                        ? ""
                        : "top run %s %s"
                                .formatted(
                                        figures.top().getFirst().run(),
                                        usd(figures.top().getFirst().microcents()));
        return "%4d s  %9s/h  %5d calls/min  spent %s  calls %d  denied %d  %s"
                .formatted(
                        elapsed.toSeconds(),
                        usd(figures.live().microcentsPerHour()),
                        figures.live().callsPerMinute(),
                        usd(figures.spentMicrocents()),
                        figures.calls(),
                        figures.denials(),
                        top);
    }

    /// How a run was stopped and what it would have cost.
    static List<String> story(DemoFigures.Stopped stopped) {
        RunRow run = stopped.run();
        return List.of(
                ("■ %s of the %s workflow ran away: stopped at %s of %s after %d calls;"
                                + " would have cost %s an hour")
                        .formatted(
                                run.run(),
                                run.workflow(),
                                usd(run.microcents()),
                                usd(stopped.limitMicrocents()),
                                run.calls(),
                                usd(stopped.microcentsPerHour())),
                "  budget %s; %d more calls denied before execution, %s not spent"
                        .formatted(stopped.budget(), run.denials(), usd(run.avoidedMicrocents())));
    }

    /// The end of a demo, on one screen.
    static List<String> summary(DemoFigures figures, Duration elapsed, String url, Size size) {
        List<String> lines = new ArrayList<>();
        summary(figures, elapsed).forEach(line -> lines.addAll(wrapped(line, size.columns())));
        List<String> end =
                wrapped(
                        "Start ./bursar demo without --for and open %s to look around."
                                .formatted(url),
                        size.columns());
        int room = size.rows() - 1 - lines.size() - 1 - end.size();
        lines.addAll(stories(figures.stopped(), size.columns(), room));
        lines.add("");
        lines.addAll(end);
        return lines;
    }

    private static List<String> summary(DemoFigures figures, Duration elapsed) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("Bursar demo: %d seconds".formatted(elapsed.toSeconds()));
        lines.add("");
        lines.add("  calls      %d".formatted(figures.calls()));
        lines.add("  spend      %s".formatted(usd(figures.spentMicrocents())));
        lines.add(
                "  denials    %d, each before the provider was called"
                        .formatted(figures.denials()));
        lines.add(
                "  not spent  %s, the denied calls at the mean cost of their run"
                        .formatted(usd(figures.avoidedMicrocents())));
        lines.add("");
        return lines;
    }

    /// The newest of the stories that fit, and how many do not.
    private static List<String> stories(List<DemoFigures.Stopped> stopped, int columns, int room) {
        Deque<String> lines = new ArrayDeque<>();
        for (int i = stopped.size() - 1; i >= 0; i--) {
            List<String> story =
                    story(stopped.get(i)).stream()
                            .flatMap(line -> wrapped(line, columns).stream())
                            .toList();
            if (lines.size() + story.size() > room - (i > 0 ? 1 : 0)) {
                lines.addFirst("  %d more were stopped before".formatted(i + 1));
                break;
            }
            story.reversed().forEach(lines::addFirst);
        }
        return List.copyOf(lines);
    }

    /// Broken between words, the rest set in.
    private static List<String> wrapped(String line, int columns) {
        List<String> lines = new ArrayList<>();
        String rest = line;
        while (rest.length() > columns) {
            int space = rest.lastIndexOf(' ', columns);
            if (space <= INDENT.length()) {
                break;
            }
            lines.add(rest.substring(0, space));
            rest = INDENT + rest.substring(space + 1);
        }
        lines.add(rest);
        return lines;
    }

    private static String cut(String line, int columns) {
        return line.length() <= columns ? line : line.substring(0, Math.max(0, columns));
    }

    /// A plain amount with a dollar sign, two decimals, four below ten cents.
    static String usd(long microcents) {
        int decimals = microcents < 10_000_000 && microcents > 0 ? 4 : 2;
        BigDecimal amount =
                BigDecimal.valueOf(microcents)
                        .divide(MICROCENTS_PER_USD, decimals, RoundingMode.HALF_UP);
        return "$" + amount.toPlainString();
    }

    private static String state(RunRow run) {
        return run.status() == RunStatus.STOPPED
                ? "STOPPED"
                : run.status().name().toLowerCase(Locale.ROOT);
    }

    private static String bar(long value, long most) {
        int filled = (int) (most == 0 ? 0 : value * BAR / most);
        return "█".repeat(filled) + "░".repeat(BAR - filled);
    }
}
