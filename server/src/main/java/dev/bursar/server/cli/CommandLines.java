package dev.bursar.server.cli;

import dev.bursar.authority.AuthorityException;
import dev.bursar.pricing.PriceBookException;
import dev.bursar.server.config.ConfigException;
import dev.bursar.server.directory.DirectoryException;
import dev.bursar.server.http.ListenException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ScopeType;

/// All commands under one name. Exit codes: 0 done, 1 the answer is no, 2 wrong usage.
@Command(
        name = "bursar",
        description = "The budget authority for AI agents.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = CommandLines.Version.class,
        synopsisSubcommandLabel = "COMMAND")
final class CommandLines {

    private static final int ANSWER_IS_NO = 1;

    /// In the order of the help.
    private static final List<Class<?>> COMMANDS =
            List.of(
                    Serve.class,
                    DemoCommand.class,
                    Check.class,
                    Keys.class,
                    Budgets.class,
                    Approvals.class,
                    Runs.class,
                    Reservations.class,
                    Tenants.class,
                    Tokens.class,
                    Audit.class,
                    Verify.class,
                    MakeBackup.class,
                    MakeArchive.class,
                    Operations.Reload.class,
                    Operations.Rebuild.class,
                    Bench.class,
                    Conformance.class);

    private CommandLines() {}

    /// Runs a command line and returns its exit code.
    static int run(String... arguments) {
        Charset charset = System.out.charset();
        return run(
                new PrintWriter(System.out, true, charset),
                new PrintWriter(System.err, true, charset),
                arguments);
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        Logs.install();
        CommandLine line = new CommandLine(new CommandLines());
        needed(arguments).forEach(line::addSubcommand);
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("bursar: " + said(failure));
            return ANSWER_IS_NO;
        });
        int code = line.execute(arguments);
        out.flush();
        err.flush();
        return code;
    }

    /// The one that is named, as it takes half a second to look at all of them; all of them for a help, or for the
    /// one that was meant.
    private static List<Class<?>> needed(String... arguments) {
        return COMMANDS.stream()
                .filter(command -> arguments.length > 0 && name(command).equals(arguments[0]))
                .findFirst()
                .<List<Class<?>>>map(List::of)
                .orElse(COMMANDS);
    }

    private static String name(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }

    /// What a person can act on in one line; only a mistake of ours gets a stack trace.
    private static String said(Exception failure) {
        return switch (failure) {
            case CliException e -> String.valueOf(e.getMessage());
            case ConfigException e -> String.valueOf(e.getMessage());
            case AuthorityException e -> String.valueOf(e.getMessage());
            case DirectoryException e -> String.valueOf(e.getMessage());
            case ListenException e -> String.valueOf(e.getMessage());
            case PriceBookException e -> String.valueOf(e.getMessage());
            default -> {
                failure.printStackTrace();
                yield "a mistake in Bursar: " + failure;
            }
        };
    }

    /// The version of the jar.
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = CommandLines.class.getPackage().getImplementationVersion();
            return new String[] {"bursar " + (version == null ? "(not packaged)" : version)};
        }
    }
}
