package dev.bursar.server.config;

import dev.bursar.ledger.Window;
import java.time.Duration;
import java.util.Locale;

/// Windows of budgets the way the configuration writes them.
public final class Windows {

    private static final long SECONDS_PER_DAY = 86_400;

    private static final long SECONDS_PER_HOUR = 3_600;

    private static final long SECONDS_PER_MINUTE = 60;

    private Windows() {}

    /// What `every` would say: `day`, `call`, `90s`, or `life` for a window without end.
    public static String written(Window window) {
        return switch (window) {
            case Window.Life ignored -> "life";
            case Window.PerCall ignored -> "call";
            case Window.Calendar calendar -> calendar.period().name().toLowerCase(Locale.ROOT);
            case Window.Rolling rolling -> written(rolling.length());
        };
    }

    private static String written(Duration length) {
        long seconds = length.toSeconds();
        if (seconds % SECONDS_PER_DAY == 0) {
            return seconds / SECONDS_PER_DAY + "d";
        }
        if (seconds % SECONDS_PER_HOUR == 0) {
            return seconds / SECONDS_PER_HOUR + "h";
        }
        if (seconds % SECONDS_PER_MINUTE == 0) {
            return seconds / SECONDS_PER_MINUTE + "m";
        }
        return seconds + "s";
    }
}
