package dev.bursar.server.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads words of a command line that the API has in another form.
final class Lines {

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})([smhd])");

    private Lines() {}

    /// @param option for the message
    static Duration duration(Ask ask, String option, String written) {
        return duration(written)
                .orElseThrow(() -> ask.usage(option + ": must be like 30m, 8h or 7d: " + written));
    }

    /// Empty for what is none.
    static Optional<Duration> duration(String written) {
        Matcher matcher = DURATION.matcher(written);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }
}
