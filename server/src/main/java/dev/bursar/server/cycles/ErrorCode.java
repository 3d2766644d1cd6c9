package dev.bursar.server.cycles;

/// The error codes of the protocol, a closed list, and the status that each has by itself.
enum ErrorCode {
    INVALID_REQUEST(400),
    UNIT_MISMATCH(400),
    UNAUTHORIZED(401),
    FORBIDDEN(403),
    NOT_FOUND(404),
    BUDGET_EXCEEDED(409),
    BUDGET_FROZEN(409),
    BUDGET_CLOSED(409),
    OVERDRAFT_LIMIT_EXCEEDED(409),
    DEBT_OUTSTANDING(409),
    RESERVATION_FINALIZED(409),
    IDEMPOTENCY_MISMATCH(409),
    MAX_EXTENSIONS_EXCEEDED(409),
    TENANT_CLOSED(409),
    RESERVATION_EXPIRED(410),
    LIMIT_EXCEEDED(429),
    INTERNAL_ERROR(500);

    private final int status;

    ErrorCode(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }
}
