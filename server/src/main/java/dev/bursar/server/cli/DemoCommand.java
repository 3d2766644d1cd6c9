package dev.bursar.server.cli;

import dev.bursar.server.Server;
import dev.bursar.server.config.Config;
import dev.bursar.server.demo.Demo;
import dev.bursar.usage.Usage;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `bursar demo`.
@Command(
        name = "demo",
        description =
                "Start everything with a simulated provider and simulated agents, one of them running"
                        + " away, and show it being stopped.")
final class DemoCommand implements Callable<Integer> {

    private static final Pattern LENGTH = Pattern.compile("([0-9]{1,6})(s|m|h)?");

    private static final Duration MOST = Duration.ofDays(1);

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "end by itself after this long, like 20s or 5m")
    private @Nullable String length;

    @Option(names = "--port", paramLabel = "PORT", description = "instead of 7878")
    private @Nullable Integer port;

    @Option(
            names = "--no-open",
            description =
                    "leave the browser alone; else it shows the dashboard, where there is one")
    private boolean closed;

    @Override
    public Integer call() {
        Demo.Options options =
                new Demo.Options(length == null ? null : duration(length), port, !closed);
        Logs.onlyWarnings();
        return Demo.run(options, DemoCommand::launch, System.out, System.err);
    }

    private static Demo.Server launch(Config config) {
        Server.Options options =
                new Server.Options(
                        null, Map.of(), UnaryOperator.identity(), true, RunFile.newToken());
        Server server = Server.start(config, options);
        return new Demo.Server() {
            @Override
            public Usage usage() {
                return server.usage();
            }

            @Override
            public void close() {
                server.close();
            }
        };
    }

    private Duration duration(String written) {
        Matcher matcher = LENGTH.matcher(written);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            String unit = matcher.group(2) == null ? "s" : matcher.group(2);
            Duration duration =
                    switch (unit) {
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofSeconds(number);
                    };
            if (!duration.isZero() && duration.compareTo(MOST) <= 0) {
                return duration;
            }
        }
        throw new ParameterException(
                spec.commandLine(), "--for must be a time like 20s, 5m or 1h: " + written);
    }
}
