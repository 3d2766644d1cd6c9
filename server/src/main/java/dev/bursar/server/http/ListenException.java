package dev.bursar.server.http;

/// The server cannot listen where it should. The message says where and why, in one line.
public final class ListenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ListenException(String message, Throwable cause) {
        super(message, cause);
    }
}
