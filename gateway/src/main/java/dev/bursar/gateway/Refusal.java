package dev.bursar.gateway;

import java.util.Locale;

/// The cases in which the gateway says no, or answers instead of a provider, with the status each has unless
/// [GatewaySettings#statuses] says otherwise.
public enum Refusal {
    /// A breaker or a person has stopped the run.
    RUN_STOPPED(402),
    /// Somebody has frozen or closed the budget.
    BUDGET_FROZEN(402),
    /// Committed spend leaves too little for this call.
    BUDGET_EXHAUSTED(402),
    /// As before, and a person can make room.
    APPROVAL_REQUIRED(402),
    /// What was spent in a window of at most an hour leaves too little for now.
    RATE_LIMITED(429),
    /// Only outstanding holds are in the way, of calls or of slots.
    BUDGET_HELD(429),
    MODEL_UNPRICED(403),
    /// A tool has no price, and the agent says none.
    TOOL_UNPRICED(403),
    /// A budget has disabled a tool or feature that the call makes no sense without.
    NOT_ALLOWED(403),
    MODEL_NOT_FOUND(404),
    /// Nothing is served at the path.
    NOT_FOUND(404),
    KEY_MISSING(401),
    KEY_UNKNOWN(401),
    KEY_SUSPENDED(403),
    /// The key is for another part of its tenant.
    KEY_OUT_OF_SCOPE(403),
    MALFORMED(400),
    BODY_TOO_LARGE(413),
    METHOD_NOT_ALLOWED(405),
    /// A WebSocket is asked for where calls are answered over plain HTTP.
    PLAIN_HTTP_ONLY(426),
    /// The body is compressed.
    UNSUPPORTED_ENCODING(415),
    /// The body stopped coming.
    BODY_TIMEOUT(408),
    AUTHORITY_UNAVAILABLE(503),
    /// More calls at a time than the gateway takes.
    OVERLOADED(503),
    /// A mistake of the gateway itself.
    INTERNAL(500),
    /// Every key of the provider has as many calls as it may have.
    PROVIDER_LIMITED(429),
    /// The provider could not be reached, or broke off before its answer.
    PROVIDER_UNREACHABLE(502),
    PROVIDER_TIMEOUT(504);

    private final int status;

    Refusal(int status) {
        this.status = status;
    }

    /// The HTTP status by default.
    public int status() {
        return status;
    }

    /// Whether a rule of the house was applied to the call; else it did not come so far.
    boolean isDecision() {
        return switch (this) {
            case RUN_STOPPED,
                    BUDGET_FROZEN,
                    BUDGET_EXHAUSTED,
                    APPROVAL_REQUIRED,
                    RATE_LIMITED,
                    BUDGET_HELD,
                    MODEL_UNPRICED,
                    TOOL_UNPRICED,
                    NOT_ALLOWED ->
                    true;
            case MODEL_NOT_FOUND,
                    NOT_FOUND,
                    KEY_MISSING,
                    KEY_UNKNOWN,
                    KEY_SUSPENDED,
                    KEY_OUT_OF_SCOPE,
                    MALFORMED,
                    BODY_TOO_LARGE,
                    METHOD_NOT_ALLOWED,
                    PLAIN_HTTP_ONLY,
                    UNSUPPORTED_ENCODING,
                    BODY_TIMEOUT,
                    AUTHORITY_UNAVAILABLE,
                    OVERLOADED,
                    INTERNAL,
                    PROVIDER_LIMITED,
                    PROVIDER_UNREACHABLE,
                    PROVIDER_TIMEOUT ->
                    false;
        };
    }

    /// Whether only people or a new window make room in a budget.
    boolean needsMoney() {
        return this == BUDGET_FROZEN || this == BUDGET_EXHAUSTED || this == APPROVAL_REQUIRED;
    }

    /// Whether trying again does not help.
    public boolean isFinal() {
        return needsMoney() || this == RUN_STOPPED;
    }

    /// The `code` in the error envelope, and the name in the configuration.
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
