package dev.bursar.gateway;

import dev.bursar.ledger.Block;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Writes denials in the form that the SDKs of a dialect turn into their own exceptions, with the
/// blocking budgets inside `error`.
final class Envelope {

    private Envelope() {}

    static Buffer body(Dialect dialect, Denial denial, String call) {
        return Buffer.buffer(json(dialect, denial, call));
    }

    /// The same as an event of a stream whose head is sent already.
    static Buffer event(Dialect dialect, Denial denial, String call) {
        return Buffer.buffer("event: error\ndata: ")
                .appendBytes(json(dialect, denial, call))
                .appendString("\n\n");
    }

    /// A JSON string.
    static String quoted(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.generator(out)) {
            json.writeString(text);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static byte[] json(Dialect dialect, Denial denial, String call) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = Json.generator(out)) {
            json.writeStartObject();
            if (dialect == Dialect.ANTHROPIC) {
                json.writeStringProperty("type", "error");
            }
            json.writeName("error");
            json.writeStartObject();
            json.writeStringProperty("type", type(dialect, denial.refusal()));
            json.writeStringProperty("message", denial.message());
            if (dialect == Dialect.OPENAI) {
                param(json, denial.field());
            }
            json.writeStringProperty("code", denial.refusal().code());
            budgets(json, denial);
            json.writeEndObject();
            if (dialect == Dialect.ANTHROPIC) {
                json.writeStringProperty("request_id", call);
            }
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private static void param(JsonGenerator json, @Nullable String field) {
        if (field == null) {
            json.writeNullProperty("param");
        } else {
            json.writeStringProperty("param", field);
        }
    }

    private static void budgets(JsonGenerator json, Denial denial) {
        if (denial.budgets().isEmpty()) {
            return;
        }
        json.writeName("budget");
        budget(json, denial.budgets().getFirst());
        if (denial.budgets().size() > 1) {
            json.writeName("budgets");
            json.writeStartArray();
            denial.budgets().forEach(blocking -> budget(json, blocking));
            json.writeEndArray();
        }
    }

    private static void budget(JsonGenerator json, BlockingBudget blocking) {
        Block block = blocking.block();
        json.writeStartObject();
        json.writeStringProperty("name", block.name());
        json.writeStringProperty("scope", blocking.scope());
        json.writeStringProperty("unit", Quantity.unit(block.unit()));
        Quantity.write(json, "limit", block.unit(), block.limit());
        Quantity.write(json, "spent", block.unit(), block.spent());
        Quantity.write(json, "held", block.unit(), block.held());
        Quantity.write(json, "asked", block.unit(), block.asked());
        Quantity.write(json, "affordable", block.unit(), block.affordable());
        if (block.resetsAt() == null) {
            json.writeNullProperty("resets_at");
        } else {
            json.writeStringProperty("resets_at", block.resetsAt().toString());
        }
        if (block.approval() != null) {
            json.writeStringProperty("approval_id", block.approval());
        }
        json.writeName("suggestions");
        json.writeStartArray();
        blocking.suggestions().forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
    }

    /// The error types that the SDKs know. Statuses may be configured, so the type follows the case
    /// first: what is exhausted stays terminal for clients that read the type.
    private static String type(Dialect dialect, Refusal refusal) {
        return switch (dialect) {
            case OPENAI ->
                    switch (refusal) {
                        case BUDGET_FROZEN, BUDGET_EXHAUSTED, APPROVAL_REQUIRED ->
                                "insufficient_quota";
                        case BUDGET_HELD, RATE_LIMITED -> "rate_limit_exceeded";
                        case AUTHORITY_UNAVAILABLE,
                                OVERLOADED,
                                INTERNAL,
                                PROVIDER_UNREACHABLE,
                                PROVIDER_TIMEOUT ->
                                "server_error";
                        case MODEL_UNPRICED, KEY_SUSPENDED, KEY_OUT_OF_SCOPE -> "permission_error";
                        case MODEL_NOT_FOUND,
                                NOT_FOUND,
                                UNSUPPORTED_ENCODING,
                                KEY_MISSING,
                                KEY_UNKNOWN,
                                MALFORMED,
                                METHOD_NOT_ALLOWED,
                                BODY_TIMEOUT,
                                BODY_TOO_LARGE ->
                                "invalid_request_error";
                    };
            case ANTHROPIC ->
                    switch (refusal) {
                        case BUDGET_FROZEN, BUDGET_EXHAUSTED, APPROVAL_REQUIRED -> "billing_error";
                        case BUDGET_HELD, RATE_LIMITED -> "rate_limit_error";
                        case AUTHORITY_UNAVAILABLE, OVERLOADED -> "overloaded_error";
                        case INTERNAL, PROVIDER_UNREACHABLE -> "api_error";
                        case PROVIDER_TIMEOUT -> "timeout_error";
                        case MODEL_UNPRICED, KEY_SUSPENDED, KEY_OUT_OF_SCOPE -> "permission_error";
                        case MODEL_NOT_FOUND, NOT_FOUND -> "not_found_error";
                        case KEY_MISSING, KEY_UNKNOWN -> "authentication_error";
                        case MALFORMED, METHOD_NOT_ALLOWED, UNSUPPORTED_ENCODING, BODY_TIMEOUT ->
                                "invalid_request_error";
                        case BODY_TOO_LARGE -> "request_too_large";
                    };
        };
    }
}
