package dev.bursar.server.cli;

import org.jspecify.annotations.Nullable;

/// A command cannot do what it was asked to. The message is printed as it is; the exit code is 1.
final class CliException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// Of the server's answer, 0 when it is not about one.
    private final int status;

    CliException(String message) {
        this(message, null);
    }

    CliException(String message, int status) {
        super(message);
        this.status = status;
    }

    CliException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.status = 0;
    }

    int status() {
        return status;
    }
}
