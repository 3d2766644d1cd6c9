package dev.bursar.server.cli;

import dev.bursar.server.bench.GatewayBench;
import dev.bursar.server.bench.LedgerBench;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `bursar bench`: measures this machine and prints one line of JSON.
@Command(
        name = "bench",
        description = "Measure this machine and print one line of JSON.",
        synopsisSubcommandLabel = "COMMAND")
final class Bench {

    @Command(
            name = "ledger",
            description = "Durable reserve and commit pairs a second, beside a plain synced file.")
    int ledger(@Parameters(arity = "0..*", paramLabel = "OPTION") List<String> options) {
        return LedgerBench.run(options.toArray(String[]::new), System.out);
    }

    @Command(
            name = "gateway",
            description = "Requests a second through the gateway, beside the same without it.")
    int gateway() {
        return GatewayBench.run(GatewayBench.Options.defaults(), System.out, System.err);
    }
}
