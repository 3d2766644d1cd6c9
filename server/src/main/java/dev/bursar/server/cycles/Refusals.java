package dev.bursar.server.cycles;

import dev.bursar.authority.AuthorityException;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Unit;
import dev.bursar.usage.UsageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the ledger's refusals are called in the protocol.
final class Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private Refusals() {}

    /// The refusal that an outcome is.
    static Outcome.Refused of(Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            return refused;
        }
        throw new IllegalStateException("an outcome of another command: " + outcome);
    }

    /// The error code of a refusal.
    static ErrorCode code(Outcome.Refused refused) {
        return code(refused.reason(), refused.blocks().isEmpty() ? null : told(refused).cause());
    }

    private static Block told(Outcome.Refused refused) {
        return Block.told(refused.reason(), refused.blocks());
    }

    private static ErrorCode code(Reason reason, Block.@Nullable Cause cause) {
        return switch (reason) {
            case IDEMPOTENCY_MISMATCH, OUTCOME_FORGOTTEN -> ErrorCode.IDEMPOTENCY_MISMATCH;
            case TENANT_CLOSED -> ErrorCode.TENANT_CLOSED;
            case HOLD_NOT_FOUND,
                    BUDGET_NOT_FOUND,
                    ACCOUNT_NOT_FOUND,
                    APPROVAL_NOT_FOUND,
                    RUN_NOT_STOPPED ->
                    ErrorCode.NOT_FOUND;
            case HOLD_OF_OTHER_TENANT,
                    NOT_ALLOWED,
                    MODEL_UNPRICED,
                    TOOL_UNPRICED,
                    KEY_OUT_OF_SCOPE ->
                    ErrorCode.FORBIDDEN;
            // The protocol has no word for runs: a person has to set this one free, too.
            case RUN_STOPPED -> ErrorCode.BUDGET_FROZEN;
            case HOLD_EXPIRED -> ErrorCode.RESERVATION_EXPIRED;
            case HOLD_FINALIZED -> ErrorCode.RESERVATION_FINALIZED;
            case EXTENSIONS_EXHAUSTED -> ErrorCode.MAX_EXTENSIONS_EXCEEDED;
            case UNIT_MISMATCH -> ErrorCode.UNIT_MISMATCH;
            case BUDGET_CLOSED -> ErrorCode.BUDGET_CLOSED;
            case OVERAGE_REJECTED, SHORTAGE -> ErrorCode.BUDGET_EXCEEDED;
            case OVERDRAFT_EXCEEDED -> ErrorCode.OVERDRAFT_LIMIT_EXCEEDED;
            case CAPACITY -> cause == null ? ErrorCode.LIMIT_EXCEEDED : ErrorCode.BUDGET_EXCEEDED;
            case HOLD_EXISTS -> ErrorCode.INTERNAL_ERROR;
            case BUDGET_EXCEEDED -> cause == null ? ErrorCode.BUDGET_EXCEEDED : code(cause);
        };
    }

    /// The reason of a decision that denies.
    static String reasonCode(Outcome.Refused refused) {
        return reasonCode(code(refused));
    }

    /// The same of a denial that was written down.
    ///
    /// @param cause of the budget that was told, null for none
    static String reasonCode(Reason reason, Block.@Nullable Cause cause) {
        return reasonCode(code(reason, cause));
    }

    private static String reasonCode(ErrorCode code) {
        return code == ErrorCode.NOT_FOUND ? "BUDGET_NOT_FOUND" : code.name();
    }

    private static ErrorCode code(Block.Cause cause) {
        return switch (cause) {
            case FROZEN -> ErrorCode.BUDGET_FROZEN;
            case CLOSED -> ErrorCode.BUDGET_CLOSED;
            case OVER_LIMIT -> ErrorCode.OVERDRAFT_LIMIT_EXCEEDED;
            case IN_DEBT -> ErrorCode.DEBT_OUTSTANDING;
            case ABOVE_LIMIT, SPENT, HELD -> ErrorCode.BUDGET_EXCEEDED;
        };
    }

    /// A refusal as an error.
    ///
    /// @param scope of the request
    static CyclesException error(Outcome.Refused refused, String scope) {
        ErrorCode code = code(refused);
        if (code == ErrorCode.LIMIT_EXCEEDED) {
            return CyclesException.busy("too many reservations or budgets at a time");
        }
        if (!refused.blocks().isEmpty()) {
            Block block = told(refused);
            return new CyclesException(code, message(code, block), details(block));
        }
        return new CyclesException(
                code,
                switch (refused.reason()) {
                    case IDEMPOTENCY_MISMATCH ->
                            "the idempotency key was used before with another payload";
                    case OUTCOME_FORGOTTEN ->
                            "this was done before and is not done again; what it was answered is no"
                                    + " longer known";
                    case TENANT_CLOSED -> "the tenant is closed";
                    case RUN_STOPPED -> "the run is stopped: an operator may resume it";
                    case HOLD_NOT_FOUND -> "there is no such reservation";
                    case HOLD_OF_OTHER_TENANT -> "the reservation is one of another tenant";
                    case HOLD_EXPIRED -> "the reservation has expired";
                    case HOLD_FINALIZED -> "the reservation was committed or released before";
                    case EXTENSIONS_EXHAUSTED ->
                            "the reservation was extended as often as may be: "
                                    + Defaults.MAX_EXTENSIONS;
                    case BUDGET_NOT_FOUND -> "Budget not found for provided scope: " + scope;
                    case UNIT_MISMATCH -> "no budget of this unit applies to " + scope;
                    case BUDGET_CLOSED,
                            ACCOUNT_NOT_FOUND,
                            APPROVAL_NOT_FOUND,
                            RUN_NOT_STOPPED,
                            NOT_ALLOWED,
                            MODEL_UNPRICED,
                            TOOL_UNPRICED,
                            KEY_OUT_OF_SCOPE,
                            OVERAGE_REJECTED,
                            OVERDRAFT_EXCEEDED,
                            CAPACITY,
                            HOLD_EXISTS,
                            SHORTAGE,
                            BUDGET_EXCEEDED ->
                            refused.reason().toString();
                });
    }

    /// A failure of the authority, or of this code, as an error.
    static CyclesException error(Throwable failure) {
        if (failure instanceof CyclesException error) {
            return error;
        }
        if (failure instanceof AuthorityException e
                && e.kind() == AuthorityException.Kind.CAPACITY) {
            return CyclesException.busy("too many requests at a time");
        }
        if (failure instanceof UsageException e && e.kind() == UsageException.Kind.CAPACITY) {
            return CyclesException.busy("too many reads at a time");
        }
        if (!(failure instanceof AuthorityException)) {
            LOG.error("event=cycles_request_failed", failure);
        }
        return new CyclesException(
                ErrorCode.INTERNAL_ERROR,
                "the request could not be answered; try it again with the same idempotency key");
    }

    private static String message(ErrorCode code, Block block) {
        return "%s at %s: %d %s asked, %d left"
                .formatted(code, place(block), block.asked(), block.unit(), block.remaining());
    }

    private static Map<String, Object> details(Block block) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("scope", place(block));
        details.put("unit", block.unit().name());
        details.put("requested", block.asked());
        details.put("remaining", block.remaining());
        details.put("allocated", block.limit());
        details.put("spent", block.spent());
        details.put("reserved", block.held());
        details.put("debt", block.debt());
        details.put("budget", block.name());
        details.put("cause", block.cause().name());
        if (block.resetsAt() != null) {
            details.put("resets_at_ms", block.resetsAt().toEpochMilli());
        }
        if (block.approval() != null) {
            details.put("approval_id", block.approval());
        }
        return details;
    }

    /// A budget without a path is told by its name.
    private static String place(Block block) {
        return block.scope() == null ? "budget:" + block.name() : block.scope().toString();
    }

    /// Why nothing in a unit can be had.
    ///
    /// @param expected units that there are
    static CyclesException mismatch(String scope, Unit asked, List<Unit> expected) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("scope", scope);
        details.put("requested_unit", asked.name());
        details.put("expected_units", expected);
        return new CyclesException(
                ErrorCode.UNIT_MISMATCH,
                "%s has no budget in %s but in %s".formatted(scope, asked, expected),
                details);
    }
}
