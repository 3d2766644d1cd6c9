package dev.bursar.server.http;

import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import java.util.Locale;

/// What the ledger answers to commands of people, as answers of `/api`. The one place that turns its
/// reasons into statuses.
final class LedgerAnswers {

    private LedgerAnswers() {}

    /// The outcome, or the first one when the command is a repetition.
    ///
    /// @param what the command is about, for the message
    /// @throws ApiException when it was refused
    static <T extends Outcome> T require(Class<T> wanted, Outcome outcome, String what) {
        return switch (outcome) {
            case Outcome.Repeated repeated -> require(wanted, repeated.original(), what);
            case Outcome.Refused refused -> throw refused(refused.reason(), what);
            case Outcome other -> wanted.cast(other);
        };
    }

    private static ApiException refused(Reason reason, String what) {
        String code = reason.name().toLowerCase(Locale.ROOT);
        return switch (reason) {
            case IDEMPOTENCY_MISMATCH ->
                    conflict(code, "the Idempotency-Key was used before with another request");
            case TENANT_CLOSED -> conflict(code, what + ": the tenant is closed for ever");
            case HOLD_NOT_FOUND, HOLD_OF_OTHER_TENANT ->
                    new ApiException(404, "hold_not_found", what + ": no such reservation");
            case HOLD_EXPIRED -> new ApiException(410, code, what + ": the reservation ran out");
            case HOLD_FINALIZED -> conflict(code, what + ": the reservation has ended");
            case BUDGET_NOT_FOUND -> new ApiException(404, code, what + ": no such budget");
            case BUDGET_CLOSED -> conflict(code, what + ": the budget is closed for ever");
            case ACCOUNT_NOT_FOUND ->
                    conflict(code, what + ": the budget has no balance that this could change");
            case APPROVAL_NOT_FOUND ->
                    new ApiException(404, code, what + ": no such approval is open");
            case BUDGET_EXCEEDED -> conflict(code, what + ": less than that is left");
            case CAPACITY -> conflict(code, what + ": a bound of the ledger is reached");
            case RUN_NOT_STOPPED -> conflict(code, what + ": the run is not stopped");
            case RUN_STOPPED -> conflict(code, what + ": the run is stopped");
            case OUTCOME_FORGOTTEN ->
                    conflict(
                            code,
                            what
                                    + ": was done before by this Idempotency-Key, and is not done"
                                    + " again; what it was answered is no longer known");
            case HOLD_EXISTS,
                    NOT_ALLOWED,
                    MODEL_UNPRICED,
                    TOOL_UNPRICED,
                    KEY_OUT_OF_SCOPE,
                    EXTENSIONS_EXHAUSTED,
                    UNIT_MISMATCH,
                    OVERAGE_REJECTED,
                    OVERDRAFT_EXCEEDED,
                    SHORTAGE ->
                    conflict(code, what + ": refused");
        };
    }

    private static ApiException conflict(String code, String detail) {
        return new ApiException(409, code, detail);
    }
}
