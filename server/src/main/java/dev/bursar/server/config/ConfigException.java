package dev.bursar.server.config;

/// A mistake in the configuration. The message is `file:line: key.path: what is wrong`, one line, and
/// never carries a value that came from the environment.
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }

    ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
