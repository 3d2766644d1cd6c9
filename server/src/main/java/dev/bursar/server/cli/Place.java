package dev.bursar.server.cli;

import dev.bursar.server.config.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which configuration and which data directory a command is about.
final class Place {

    private static final Path DEFAULT_FILE = Path.of("bursar.yaml");

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "the configuration; ./bursar.yaml when there is one")
    private @Nullable Path file;

    @Option(
            names = "--data",
            paramLabel = "DIRECTORY",
            description = "the data directory, whatever the configuration says")
    private @Nullable Path data;

    /// The file to read, or null for the defaults.
    @Nullable Path file() {
        if (file != null) {
            return file;
        }
        return Files.exists(DEFAULT_FILE) ? DEFAULT_FILE : null;
    }

    /// The configuration, with the data directory of the command line if that names one.
    Config config() {
        Path path = file();
        return overridden(
                path == null
                        ? Config.defaults(System.getenv())
                        : Config.read(path, System.getenv()));
    }

    /// What a configuration is with the data directory of the command line, if that names one.
    Config overridden(Config config) {
        return data == null ? config : config.withData(data.toAbsolutePath().normalize());
    }

    /// The data directory. With `--data`, no configuration is read.
    Path data() {
        return data == null ? config().data() : data.toAbsolutePath().normalize();
    }

    /// The server that runs on the data directory.
    ///
    /// @throws CliException when none does
    ApiClient server() {
        Path directory = data();
        return RunFile.find(directory)
                .map(ApiClient::new)
                .orElseThrow(() ->
                        new CliException(
                                "no server runs on "
                                        + directory
                                        + " (start one with: bursar serve)"));
    }
}
