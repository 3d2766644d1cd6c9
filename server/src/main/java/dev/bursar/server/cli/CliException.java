package dev.bursar.server.cli;

import org.jspecify.annotations.Nullable;

/// A command cannot do what it was asked to. The message is printed as it is; the exit code is 1.
final class CliException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CliException(String message) {
        this(message, null);
    }

    CliException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
