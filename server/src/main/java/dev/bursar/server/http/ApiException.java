package dev.bursar.server.http;

/// A request of `/api` that is answered with a problem document (RFC 9457).
final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    private final String code;

    /// @param code what a program looks at: the last part of the problem's type
    ApiException(int status, String code, String detail) {
        super(detail);
        this.status = status;
        this.code = code;
    }

    static ApiException badRequest(String detail) {
        return new ApiException(400, "bad_request", detail);
    }

    static ApiException notFound(String detail) {
        return new ApiException(404, "not_found", detail);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
