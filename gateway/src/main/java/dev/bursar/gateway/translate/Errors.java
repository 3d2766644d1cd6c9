package dev.bursar.gateway.translate;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What providers say when they refuse or fail, in the envelope that the SDKs of a client know.
final class Errors {

    /// Chars of a body that is not one of the known envelopes.
    private static final int MAX_PLAIN_CHARS = 1_000;

    private Errors() {}

    /// What an error says.
    ///
    /// @param type that stands in a header, as Bedrock's does, which may be followed by an address; or null
    static Piece.Failure read(int status, byte[] body, @Nullable String type) {
        Piece.Failure told = read(status, body);
        return told.kind() != null || type == null || type.isBlank()
                ? told
                : new Piece.Failure(status, told.message(), type.replaceFirst(":.*", "").strip());
    }

    /// What the body of an error says. Odd bodies are repeated as text.
    static Piece.Failure read(int status, byte[] body) {
        JsonNode json = Trees.read(body, 0, body.length);
        if (json instanceof ArrayNode list && !list.isEmpty()) {
            json = list.get(0);
        }
        return json instanceof ObjectNode object
                ? read(status, object)
                : new Piece.Failure(status, plain(status, body), null);
    }

    /// @param envelope with an `error`, which may be a text, or with a `message` only
    static Piece.Failure read(int status, ObjectNode envelope) {
        JsonNode error = envelope.path("error");
        JsonNode from = error.isObject() ? error : envelope;
        String message =
                first(from.path("message"), from.path("Message"), error, envelope.path("detail"));
        if (message == null) {
            byte[] all = Trees.bytes(envelope);
            message = plain(status, all);
        }
        String kind = first(from.path("code"), from.path("status"), from.path("type"));
        return new Piece.Failure(status, message, kind);
    }

    /// An error that comes where more of an answer was expected.
    static Piece.Failure inStream(ObjectNode envelope) {
        Piece.Failure told = read(500, envelope);
        int code = envelope.path("error").path("code").asInt(0);
        int status = code >= 400 && code < 600 ? code : status(told.kind());
        return new Piece.Failure(status, told.message(), told.kind());
    }

    /// The status that says best what a code or a type means.
    static int status(@Nullable String kind) {
        if (kind == null) {
            return 500;
        }
        return switch (kind) {
            case "invalid_request_error", "INVALID_ARGUMENT", "validationException" -> 400;
            case "authentication_error", "UNAUTHENTICATED" -> 401;
            case "billing_error" -> 402;
            case "permission_error", "PERMISSION_DENIED" -> 403;
            case "not_found_error", "NOT_FOUND" -> 404;
            case "rate_limit_error",
                    "rate_limit_exceeded",
                    "insufficient_quota",
                    "RESOURCE_EXHAUSTED",
                    "throttlingException" ->
                    429;
            case "overloaded_error", "UNAVAILABLE", "serviceUnavailableException" -> 503;
            case "timeout_error", "DEADLINE_EXCEEDED", "modelTimeoutException" -> 504;
            default -> 500;
        };
    }

    static ObjectNode envelope(Form client, Piece.Failure failure) {
        ObjectNode envelope = Trees.object();
        switch (client) {
            case CHAT, RESPONSES -> {
                ObjectNode error = envelope.putObject("error");
                error.put("message", failure.message());
                error.put("type", openAi(failure.status()));
                error.putNull("param");
                error.put("code", failure.kind());
            }
            case MESSAGES -> {
                envelope.put("type", "error");
                envelope.putObject("error")
                        .put("type", anthropic(failure.status()))
                        .put("message", failure.message());
            }
            case GENERATE ->
                    envelope.putObject("error")
                            .put("code", failure.status())
                            .put("message", failure.message())
                            .put("status", google(failure.status()));
            case CONVERSE -> throw new IllegalArgumentException("no client speaks " + client);
        }
        return envelope;
    }

    private static String openAi(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "insufficient_quota";
            case 403 -> "permission_error";
            case 429 -> "rate_limit_exceeded";
            default -> status < 500 ? "invalid_request_error" : "server_error";
        };
    }

    private static String anthropic(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> "overloaded_error";
            case 504 -> "timeout_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }

    private static String google(int status) {
        return switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 402, 429 -> "RESOURCE_EXHAUSTED";
            case 502, 503, 529 -> "UNAVAILABLE";
            case 504 -> "DEADLINE_EXCEEDED";
            default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
        };
    }

    private static @Nullable String first(JsonNode... candidates) {
        for (JsonNode each : candidates) {
            if (each.isString() && !each.asString().isBlank()) {
                return each.asString();
            }
        }
        return null;
    }

    private static String plain(int status, byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        return text.isEmpty()
                ? "the provider answered with status " + status
                : text.substring(0, Math.min(MAX_PLAIN_CHARS, text.length()));
    }
}
