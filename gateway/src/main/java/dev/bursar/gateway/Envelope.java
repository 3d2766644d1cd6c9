package dev.bursar.gateway;

import dev.bursar.ledger.Block;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Writes denials in the form that the SDKs of a dialect turn into their own exceptions, with the
/// blocking budgets inside `error`, or beside the message where a dialect has no `error`.
final class Envelope {

    private Envelope() {}

    /// @param status of the answer, or of what it would have been: a stream may have begun already
    static Buffer of(Dialect dialect, Denial denial, int status, String call) {
        if (dialect == Dialect.BEDROCK) {
            return ofBedrock(denial);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = Json.generator(out)) {
            json.writeStartObject();
            if (dialect == Dialect.ANTHROPIC) {
                json.writeStringProperty("type", "error");
            }
            json.writeName("error");
            json.writeStartObject();
            switch (dialect) {
                case OPENAI -> openAi(json, denial, ErrorTypes.openAi(denial.refusal()));
                case ANTHROPIC -> {
                    json.writeStringProperty("type", ErrorTypes.anthropic(denial.refusal()));
                    json.writeStringProperty("message", denial.message());
                    json.writeStringProperty("code", denial.refusal().code());
                }
                case GEMINI -> gemini(json, denial, status);
                case BEDROCK -> throw new IllegalArgumentException("has no error within");
            }
            budgets(json, denial);
            json.writeEndObject();
            if (dialect == Dialect.ANTHROPIC) {
                json.writeStringProperty("request_id", call);
            }
            json.writeEndObject();
        }
        return Buffer.buffer(out.toByteArray());
    }

    /// An event of a stream of Responses. Its fields belong outside of `error`, where some clients read
    /// nothing else; others look for `error` in every stream.
    static Buffer ofResponses(Denial denial) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = Json.generator(out)) {
            json.writeStartObject();
            openAi(json, denial, "error");
            json.writeNumberProperty("sequence_number", 0);
            json.writeName("error");
            json.writeStartObject();
            openAi(json, denial, ErrorTypes.openAi(denial.refusal()));
            json.writeEndObject();
            json.writeEndObject();
        }
        return Buffer.buffer(out.toByteArray());
    }

    /// Errors of AWS are the body; their type is in a header.
    private static Buffer ofBedrock(Denial denial) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = Json.generator(out)) {
            json.writeStartObject();
            json.writeStringProperty("message", denial.message());
            json.writeStringProperty("code", denial.refusal().code());
            budgets(json, denial);
            json.writeEndObject();
        }
        return Buffer.buffer(out.toByteArray());
    }

    private static void openAi(JsonGenerator json, Denial denial, String type) {
        json.writeStringProperty("type", type);
        json.writeStringProperty("message", denial.message());
        param(json, denial.field());
        json.writeStringProperty("code", denial.refusal().code());
    }

    /// Google's `code` is the status, so ours is the reason in a `google.rpc.ErrorInfo`.
    private static void gemini(JsonGenerator json, Denial denial, int status) {
        json.writeNumberProperty("code", status);
        json.writeStringProperty("message", denial.message());
        json.writeStringProperty("status", ErrorTypes.google(status));
        json.writeName("details");
        json.writeStartArray();
        json.writeStartObject();
        json.writeStringProperty("@type", "type.googleapis.com/google.rpc.ErrorInfo");
        json.writeStringProperty("reason", denial.refusal().code());
        json.writeStringProperty("domain", "bursar");
        json.writeEndObject();
        json.writeEndArray();
    }

    /// A JSON string.
    static String quoted(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.generator(out)) {
            json.writeString(text);
        }
        return out.toString(StandardCharsets.UTF_8);
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
}
