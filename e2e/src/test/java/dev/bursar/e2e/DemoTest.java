package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The first thing that anybody runs.
class DemoTest {

    private static final Pattern STOPPED =
            Pattern.compile(
                    "stopped at \\$(\\d+\\.\\d+) of \\$1\\.00 after (\\d+) calls; "
                            + "would have cost \\$(\\d+\\.\\d+) an hour");

    @Test
    void demoForTwentySeconds_stopsTheRunaway_endsByItselfWithASummary(@TempDir Path home)
            throws IOException {
        Files.writeString(home.resolve("bursar.yaml"), "this: is no configuration");
        Files.createDirectory(home.resolve("data"));
        Bursar.Ended ended =
                Bursar.run(
                        home,
                        "demo",
                        "--for",
                        "20s",
                        "--no-open",
                        "--port",
                        String.valueOf(Bursar.freePort()));

        assertThat(ended.exitCode()).as(ended.output()).isZero();
        Matcher stopped = STOPPED.matcher(ended.output());
        assertThat(stopped.find()).as(ended.output()).isTrue();
        assertThat(new BigDecimal(stopped.group(1)))
                .isBetween(new BigDecimal("0.75"), new BigDecimal("1.00"));
        assertThat(new BigDecimal(stopped.group(3))).isEqualByComparingTo("450");
        assertThat(ended.output())
                .contains("calls ", "spend ", "denials ", "not spent ", "http://127.0.0.1:")
                .doesNotContain("\tat ", "Exception", "level=");
        // Whatever is here belongs to somebody else's server.
        assertThat(home.resolve("bursar.yaml")).hasContent("this: is no configuration");
        assertThat(home.resolve("data")).isEmptyDirectory();
    }
}
