package dev.bursar.server.cli;

/// The program.
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        try {
            System.exit(CommandLines.run(arguments));
        } catch (Error e) {
            // Other threads would keep a process going that has lost its main one.
            e.printStackTrace();
            System.exit(1);
        }
    }
}
