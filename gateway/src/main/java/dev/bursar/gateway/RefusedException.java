package dev.bursar.gateway;

/// Ends the story of a call before it is forwarded or its tool has run; carries what the client is told.
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Denial denial;

    RefusedException(Denial denial) {
        super(denial.message(), null, false, false);
        this.denial = denial;
    }

    RefusedException(Refusal refusal, String message) {
        this(Denial.of(refusal, message));
    }

    /// @param field the part of the request that is wrong: a JSON path or a header
    static RefusedException malformed(String field, String message) {
        return new RefusedException(Denial.of(Refusal.MALFORMED, field + ": " + message, field));
    }

    public Denial denial() {
        return denial;
    }
}
