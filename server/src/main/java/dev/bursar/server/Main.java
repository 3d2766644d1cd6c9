package dev.bursar.server;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The program: one command line with a subcommand for each daily job.
@Command(name = "bursar", mixinStandardHelpOptions = true, version = "bursar 0.1.0")
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
