package dev.bursar.gateway;

/// The types of error that the SDKs of a dialect know. Statuses may be configured, so a type follows the
/// case where it can: what is exhausted stays terminal for clients that read the type.
final class ErrorTypes {

    private ErrorTypes() {}

    static String openAi(Refusal refusal) {
        return switch (refusal) {
            case RUN_STOPPED, BUDGET_FROZEN, BUDGET_EXHAUSTED, APPROVAL_REQUIRED ->
                    "insufficient_quota";
            case BUDGET_HELD, RATE_LIMITED, PROVIDER_LIMITED -> "rate_limit_exceeded";
            case AUTHORITY_UNAVAILABLE,
                    OVERLOADED,
                    INTERNAL,
                    PROVIDER_UNREACHABLE,
                    PROVIDER_TIMEOUT ->
                    "server_error";
            case MODEL_UNPRICED, TOOL_UNPRICED, NOT_ALLOWED, KEY_SUSPENDED, KEY_OUT_OF_SCOPE ->
                    "permission_error";
            case MODEL_NOT_FOUND,
                    NOT_FOUND,
                    UNSUPPORTED_ENCODING,
                    KEY_MISSING,
                    KEY_UNKNOWN,
                    MALFORMED,
                    METHOD_NOT_ALLOWED,
                    PLAIN_HTTP_ONLY,
                    BODY_TIMEOUT,
                    BODY_TOO_LARGE ->
                    "invalid_request_error";
        };
    }

    static String anthropic(Refusal refusal) {
        return switch (refusal) {
            case RUN_STOPPED, BUDGET_FROZEN, BUDGET_EXHAUSTED, APPROVAL_REQUIRED -> "billing_error";
            case BUDGET_HELD, RATE_LIMITED, PROVIDER_LIMITED -> "rate_limit_error";
            case AUTHORITY_UNAVAILABLE, OVERLOADED -> "overloaded_error";
            case INTERNAL, PROVIDER_UNREACHABLE -> "api_error";
            case PROVIDER_TIMEOUT -> "timeout_error";
            case MODEL_UNPRICED, TOOL_UNPRICED, NOT_ALLOWED, KEY_SUSPENDED, KEY_OUT_OF_SCOPE ->
                    "permission_error";
            case MODEL_NOT_FOUND, NOT_FOUND -> "not_found_error";
            case KEY_MISSING, KEY_UNKNOWN -> "authentication_error";
            case MALFORMED,
                    METHOD_NOT_ALLOWED,
                    PLAIN_HTTP_ONLY,
                    UNSUPPORTED_ENCODING,
                    BODY_TIMEOUT ->
                    "invalid_request_error";
            case BODY_TOO_LARGE -> "request_too_large";
        };
    }

    /// The exceptions of Bedrock. Its SDKs try again what is throttled, and not what is beyond a quota.
    static String bedrock(Refusal refusal) {
        return switch (refusal) {
            case RUN_STOPPED, BUDGET_FROZEN, BUDGET_EXHAUSTED, APPROVAL_REQUIRED ->
                    "ServiceQuotaExceededException";
            case BUDGET_HELD, RATE_LIMITED, PROVIDER_LIMITED -> "ThrottlingException";
            case AUTHORITY_UNAVAILABLE, OVERLOADED, PROVIDER_UNREACHABLE ->
                    "ServiceUnavailableException";
            case INTERNAL -> "InternalServerException";
            case PROVIDER_TIMEOUT -> "ModelTimeoutException";
            case MODEL_UNPRICED,
                    TOOL_UNPRICED,
                    NOT_ALLOWED,
                    KEY_SUSPENDED,
                    KEY_OUT_OF_SCOPE,
                    KEY_MISSING,
                    KEY_UNKNOWN ->
                    "AccessDeniedException";
            case MODEL_NOT_FOUND, NOT_FOUND -> "ResourceNotFoundException";
            case MALFORMED,
                    METHOD_NOT_ALLOWED,
                    PLAIN_HTTP_ONLY,
                    UNSUPPORTED_ENCODING,
                    BODY_TIMEOUT,
                    BODY_TOO_LARGE ->
                    "ValidationException";
        };
    }

    /// The canonical code of Google's APIs for an HTTP status.
    static String google(int status) {
        return switch (status) {
            case 400, 405, 408, 413, 415, 426 -> "INVALID_ARGUMENT";
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 402, 429 -> "RESOURCE_EXHAUSTED";
            case 502, 503 -> "UNAVAILABLE";
            case 504 -> "DEADLINE_EXCEEDED";
            default -> status < 500 ? "FAILED_PRECONDITION" : "INTERNAL";
        };
    }
}
