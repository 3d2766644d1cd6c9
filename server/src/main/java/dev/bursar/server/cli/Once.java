package dev.bursar.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What makes a command take effect once.
final class Once {

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "the same command with the same key takes effect once")
    private @Nullable String key;

    /// Null when every command is a new one.
    @Nullable String key() {
        return key;
    }
}
