package dev.bursar.server.cycles;

import java.util.Map;

/// A request is answered with an error of the protocol.
final class CyclesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final ErrorCode code;
    private final transient Map<String, Object> details;
    private final transient Map<String, String> headers;

    CyclesException(ErrorCode code, String message) {
        this(code.status(), code, message, Map.of(), Map.of());
    }

    CyclesException(ErrorCode code, String message, Map<String, Object> details) {
        this(code.status(), code, message, details, Map.of());
    }

    /// @param details what a program can read: texts, integers, and lists of texts
    /// @param headers of the answer, beside those that all have
    CyclesException(
            int status,
            ErrorCode code,
            String message,
            Map<String, Object> details,
            Map<String, String> headers) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.details = details;
        this.headers = headers;
    }

    static CyclesException invalid(String message) {
        return new CyclesException(ErrorCode.INVALID_REQUEST, message);
    }

    /// Full for now: worth another try in a second.
    static CyclesException busy(String message) {
        return new CyclesException(
                ErrorCode.LIMIT_EXCEEDED.status(),
                ErrorCode.LIMIT_EXCEEDED,
                message,
                Map.of(),
                Map.of("Retry-After", "1"));
    }

    int status() {
        return status;
    }

    ErrorCode code() {
        return code;
    }

    String message() {
        return String.valueOf(getMessage());
    }

    Map<String, Object> details() {
        return details;
    }

    Map<String, String> headers() {
        return headers;
    }
}
