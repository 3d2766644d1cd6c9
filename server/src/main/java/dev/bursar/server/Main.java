package dev.bursar.server;

import dev.bursar.server.cli.CommandLines;

/// The program.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(CommandLines.run(arguments));
    }
}
