package dev.bursar.gateway;

import dev.bursar.gateway.eventstream.FrameWriter;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// The end of a stream that the gateway stops, in the dialect's own way: as if the model had come to the
/// bound of its output. Every SDK takes it for a whole answer that is cut short, and reads the usage.
///
/// What the stream still had open is closed, so it must stand between two events.
final class StreamEnd {

    private final AnswerReader reader;
    private final TokenUsage usage;
    private final Buffer out = Buffer.buffer();

    private StreamEnd(AnswerReader reader, TokenUsage usage) {
        this.reader = reader;
        this.usage = usage;
    }

    /// @param usage that is charged
    /// @param withUsage whether a client of Chat Completions asked for it
    /// @param array whether a stream of Gemini is one long array
    static Buffer of(
            Operation operation,
            AnswerReader reader,
            TokenUsage usage,
            boolean withUsage,
            boolean array) {
        StreamEnd end = new StreamEnd(reader, usage);
        switch (operation) {
            case CHAT -> end.chat("chat.completion.chunk", "delta", withUsage);
            case COMPLETIONS -> end.chat("text_completion", "text", withUsage);
            case RESPONSES -> end.response();
            case MESSAGES -> end.message();
            case GENERATE, STREAM_GENERATE -> end.generated(array);
            case CONVERSE_STREAM -> end.conversed();
            case COUNT_INPUT,
                    EMBEDDINGS,
                    COUNT_TOKENS,
                    COUNT_CONTENT,
                    EMBED_CONTENT,
                    BATCH_EMBED_CONTENTS,
                    CONVERSE ->
                    throw new IllegalArgumentException(operation + " is no stream");
        }
        return end.out;
    }

    private void chat(String object, String piece, boolean withUsage) {
        List<Long> choices = reader.openPlaces();
        event(
                null,
                json -> {
                    chatHead(json, object);
                    json.writeName("choices");
                    json.writeStartArray();
                    for (long choice : choices.isEmpty() ? List.of(0L) : choices) {
                        json.writeStartObject();
                        json.writeNumberProperty("index", choice);
                        json.writeName(piece);
                        if (piece.equals("text")) {
                            json.writeString("");
                        } else {
                            json.writeStartObject();
                            json.writeEndObject();
                        }
                        json.writeStringProperty("finish_reason", "length");
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                });
        if (withUsage) {
            event(
                    null,
                    json -> {
                        chatHead(json, object);
                        json.writeName("choices");
                        json.writeStartArray();
                        json.writeEndArray();
                        json.writeName("usage");
                        counts(json, "prompt_tokens", "completion_tokens");
                    });
        }
        out.appendString("data: [DONE]\n\n");
    }

    private void chatHead(JsonGenerator json, String object) {
        json.writeStringProperty("id", orEmpty(reader.id));
        json.writeStringProperty("object", object);
        json.writeNumberProperty("created", 0);
        json.writeStringProperty("model", orEmpty(reader.model));
    }

    private void message() {
        for (long block : reader.openPlaces()) {
            event(
                    "content_block_stop",
                    json -> {
                        json.writeStringProperty("type", "content_block_stop");
                        json.writeNumberProperty("index", block);
                    });
        }
        event(
                "message_delta",
                json -> {
                    json.writeStringProperty("type", "message_delta");
                    json.writeName("delta");
                    json.writeStartObject();
                    json.writeStringProperty("stop_reason", "max_tokens");
                    json.writeNullProperty("stop_sequence");
                    json.writeEndObject();
                    json.writeName("usage");
                    json.writeStartObject();
                    json.writeNumberProperty("output_tokens", usage.output());
                    json.writeEndObject();
                });
        event("message_stop", json -> json.writeStringProperty("type", "message_stop"));
    }

    private void response() {
        long sequence = reader instanceof ResponsesReader responses ? responses.nextSequence() : 0;
        event(
                "response.incomplete",
                json -> {
                    json.writeStringProperty("type", "response.incomplete");
                    json.writeNumberProperty("sequence_number", sequence);
                    json.writeName("response");
                    json.writeStartObject();
                    json.writeStringProperty("id", orEmpty(reader.id));
                    json.writeStringProperty("object", "response");
                    json.writeNumberProperty("created_at", 0);
                    json.writeStringProperty("status", "incomplete");
                    json.writeStringProperty("model", orEmpty(reader.model));
                    json.writeName("incomplete_details");
                    json.writeStartObject();
                    json.writeStringProperty("reason", "max_output_tokens");
                    json.writeEndObject();
                    json.writeName("output");
                    json.writeStartArray();
                    json.writeEndArray();
                    json.writeName("usage");
                    counts(json, "input_tokens", "output_tokens");
                    json.writeEndObject();
                });
    }

    private void generated(boolean array) {
        if (array) {
            out.appendString(",\n").appendBytes(object(this::generation)).appendString("]");
        } else {
            event(null, this::generation);
        }
    }

    private void generation(JsonGenerator json) {
        json.writeName("candidates");
        json.writeStartArray();
        json.writeStartObject();
        json.writeName("content");
        json.writeStartObject();
        json.writeName("parts");
        json.writeStartArray();
        json.writeStartObject();
        json.writeStringProperty("text", "");
        json.writeEndObject();
        json.writeEndArray();
        json.writeStringProperty("role", "model");
        json.writeEndObject();
        json.writeStringProperty("finishReason", "MAX_TOKENS");
        json.writeNumberProperty("index", 0);
        json.writeEndObject();
        json.writeEndArray();
        json.writeName("usageMetadata");
        json.writeStartObject();
        json.writeNumberProperty("promptTokenCount", usage.input());
        json.writeNumberProperty("candidatesTokenCount", usage.output());
        json.writeNumberProperty("totalTokenCount", usage.input() + usage.output());
        json.writeEndObject();
        json.writeStringProperty("modelVersion", orEmpty(reader.model));
    }

    private void conversed() {
        for (long block : reader.openPlaces()) {
            frame("contentBlockStop", json -> json.writeNumberProperty("contentBlockIndex", block));
        }
        frame("messageStop", json -> json.writeStringProperty("stopReason", "max_tokens"));
        frame(
                "metadata",
                json -> {
                    json.writeName("usage");
                    json.writeStartObject();
                    json.writeNumberProperty("inputTokens", usage.get(TokenClass.INPUT));
                    json.writeNumberProperty("outputTokens", usage.output());
                    json.writeNumberProperty("totalTokens", usage.total());
                    json.writeNumberProperty(
                            "cacheReadInputTokens", usage.get(TokenClass.CACHE_READ));
                    json.writeNumberProperty(
                            "cacheWriteInputTokens",
                            usage.get(TokenClass.CACHE_WRITE_5M)
                                    + usage.get(TokenClass.CACHE_WRITE_1H));
                    json.writeEndObject();
                    json.writeName("metrics");
                    json.writeStartObject();
                    json.writeNumberProperty("latencyMs", 0);
                    json.writeEndObject();
                });
    }

    private void frame(String type, Fields fields) {
        out.appendBytes(FrameWriter.event(type, object(fields)));
    }

    private void counts(JsonGenerator json, String input, String output) {
        json.writeStartObject();
        json.writeNumberProperty(input, usage.input());
        json.writeNumberProperty(output, usage.output());
        json.writeNumberProperty("total_tokens", usage.input() + usage.output());
        json.writeEndObject();
    }

    private interface Fields {
        void write(JsonGenerator json);
    }

    private void event(@Nullable String name, Fields fields) {
        if (name != null) {
            out.appendString("event: " + name + "\n");
        }
        out.appendString("data: ").appendBytes(object(fields)).appendString("\n\n");
    }

    private static byte[] object(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.generator(bytes)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
