package dev.bursar.server.cli;

/// The program.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(CommandLines.run(arguments));
    }
}
