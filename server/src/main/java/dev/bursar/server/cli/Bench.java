package dev.bursar.server.cli;

import dev.bursar.server.bench.AuthorityBench;
import dev.bursar.server.bench.GatewayBench;
import dev.bursar.server.bench.LedgerBench;
import dev.bursar.server.bench.ScaleBench;
import dev.bursar.server.bench.StreamsBench;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bursar bench`: measures this machine and prints one line of JSON.
@Command(
        name = "bench",
        description = "Measure this machine and print one line of JSON.",
        synopsisSubcommandLabel = "COMMAND")
final class Bench {

    @Command(
            name = "ledger",
            description = "Durable reserve and commit pairs a second, beside a plain synced file.")
    int ledger(
            @Option(names = "--rounds", paramLabel = "N", description = "1 to 100")
                    @Nullable String rounds,
            @Option(names = "--millis", paramLabel = "N", description = "of a round")
                    @Nullable String millis,
            @Option(
                            names = "--directory",
                            paramLabel = "PATH",
                            description = "whose disk is measured; the current one by default")
                    @Nullable String directory) {
        List<String> options = new ArrayList<>();
        add(options, "--rounds", rounds);
        add(options, "--millis", millis);
        add(options, "--directory", directory);
        return LedgerBench.run(options.toArray(String[]::new), System.out);
    }

    @Command(
            name = "gateway",
            description = "Requests a second through the gateway, beside the same without it.")
    int gateway(
            @Option(
                            names = "--beside-nginx",
                            description = "and through an nginx that only passes them on")
                    boolean besideNginx) {
        return GatewayBench.run(GatewayBench.Options.defaults(besideNginx), System.out, System.err);
    }

    @Command(
            name = "streams",
            description = "2,000 slow streams at once, memory, and a plain call beside them.")
    int streams(
            @Option(
                            names = "--heap",
                            paramLabel = "MIB",
                            description = "of the server, 64 or more; else as ./bursar starts it",
                            defaultValue = "0")
                    int heap,
            @Option(
                            names = "--warm-rounds",
                            paramLabel = "N",
                            description = "that are not measured, 1 to 99; 1 by default",
                            defaultValue = "1")
                    int warmRounds,
            @Option(
                            names = "--waves",
                            description = "each stream once in a round; else one follows the other")
                    boolean waves) {
        try {
            return StreamsBench.run(
                    StreamsBench.Options.defaults(heap, warmRounds, waves), System.out, System.err);
        } catch (IllegalArgumentException e) {
            System.err.println("bench streams: " + e.getMessage());
            return 2;
        }
    }

    @Command(
            name = "authority",
            description =
                    "Durable reservations a second over HTTP, with the sums checked afterwards.")
    int authority(
            @Option(names = "--rounds", paramLabel = "N", description = "1 to 30")
                    @Nullable Integer rounds,
            @Option(names = "--millis", paramLabel = "N", description = "of a round")
                    @Nullable Integer millis,
            @Option(
                            names = "--directory",
                            paramLabel = "PATH",
                            description = "whose disk is measured; data by default")
                    @Nullable Path directory) {
        AuthorityBench.Options usual = AuthorityBench.Options.defaults();
        try {
            return AuthorityBench.run(
                    usual.with(
                            rounds == null ? usual.rounds() : rounds,
                            millis == null ? usual.round() : Duration.ofMillis(millis),
                            directory == null ? usual.directory() : directory),
                    System.out,
                    System.err);
        } catch (IllegalArgumentException e) {
            System.err.println("bench authority: " + e.getMessage());
            return 2;
        }
    }

    @Command(
            name = "scale",
            description = "What a million open holds do to reserves, restart and expiry.")
    int scale(
            @Option(
                            names = "--count",
                            paramLabel = "N",
                            description = "open holds, 100 to 1900000",
                            defaultValue = "" + ScaleBench.Options.DEFAULT_COUNT)
                    int count,
            @Option(
                            names = "--millis",
                            paramLabel = "N",
                            description = "of each measurement, 10 to 60000",
                            defaultValue = "" + ScaleBench.Options.DEFAULT_MILLIS)
                    int millis,
            @Option(
                            names = "--directory",
                            paramLabel = "PATH",
                            description = "whose disk is measured; the current one by default",
                            defaultValue = "")
                    Path directory) {
        try {
            return ScaleBench.run(
                    new ScaleBench.Options(count, Duration.ofMillis(millis), directory),
                    System.out,
                    System.err);
        } catch (IllegalArgumentException e) {
            System.err.println("bench scale: " + e.getMessage());
            return 2;
        }
    }

    private static void add(List<String> options, String name, @Nullable String value) {
        if (value != null) {
            options.add(name);
            options.add(value);
        }
    }
}
