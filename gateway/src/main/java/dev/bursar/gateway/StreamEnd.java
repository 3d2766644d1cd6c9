package dev.bursar.gateway;

import dev.bursar.gateway.ShownText.Message;
import dev.bursar.gateway.eventstream.FrameWriter;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
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

    /// What the client was shown of the messages is repeated, as the provider's own last events would.
    private void response() {
        if (reader instanceof ResponsesReader responses) {
            long sequence = responses.nextSequence();
            SortedMap<Long, Message> messages = responses.shown().messages();
            for (Map.Entry<Long, Message> entry : messages.entrySet()) {
                if (!entry.getValue().isDone()) {
                    sequence = endOf(entry.getKey(), entry.getValue(), sequence);
                }
            }
            incomplete(responses, messages.values(), sequence);
        }
    }

    /// @param sequence the number of the next event
    /// @return the number of the event after that
    private long endOf(long index, Message message, long sequence) {
        long next = sequence;
        for (Map.Entry<Long, StringBuilder> part : message.parts().entrySet()) {
            String text = part.getValue().toString();
            next =
                    partEvent(
                            "response.output_text.done",
                            index,
                            message,
                            part.getKey(),
                            next,
                            json -> json.writeStringProperty("text", text));
            next =
                    partEvent(
                            "response.content_part.done",
                            index,
                            message,
                            part.getKey(),
                            next,
                            json -> {
                                json.writeName("part");
                                text(json, text);
                            });
        }
        return responseEvent(
                "response.output_item.done",
                next,
                json -> {
                    json.writeNumberProperty("output_index", index);
                    json.writeName("item");
                    message(json, message);
                });
    }

    private long partEvent(
            String type, long index, Message message, long part, long sequence, Fields rest) {
        return responseEvent(
                type,
                sequence,
                json -> {
                    json.writeStringProperty("item_id", message.id());
                    json.writeNumberProperty("output_index", index);
                    json.writeNumberProperty("content_index", part);
                    rest.write(json);
                });
    }

    private void incomplete(
            ResponsesReader responses, Collection<Message> messages, long sequence) {
        responseEvent(
                "response.incomplete",
                sequence,
                json -> {
                    json.writeName("response");
                    json.writeStartObject();
                    json.writeStringProperty("id", orEmpty(reader.id));
                    json.writeStringProperty("object", "response");
                    json.writeNumberProperty("created_at", responses.createdAt());
                    json.writeStringProperty("status", "incomplete");
                    json.writeStringProperty("model", orEmpty(reader.model));
                    json.writeName("incomplete_details");
                    json.writeStartObject();
                    json.writeStringProperty("reason", "max_output_tokens");
                    json.writeEndObject();
                    json.writeName("output");
                    json.writeStartArray();
                    messages.forEach(message -> message(json, message));
                    json.writeEndArray();
                    json.writeName("usage");
                    responseUsage(json);
                    json.writeEndObject();
                });
    }

    private void responseUsage(JsonGenerator json) {
        json.writeStartObject();
        json.writeNumberProperty("input_tokens", usage.input());
        json.writeName("input_tokens_details");
        json.writeStartObject();
        json.writeNumberProperty("cached_tokens", usage.get(TokenClass.CACHE_READ));
        json.writeEndObject();
        json.writeNumberProperty("output_tokens", usage.output());
        json.writeName("output_tokens_details");
        json.writeStartObject();
        json.writeNumberProperty("reasoning_tokens", usage.get(TokenClass.REASONING));
        json.writeEndObject();
        json.writeNumberProperty("total_tokens", usage.total());
        json.writeEndObject();
    }

    private long responseEvent(String type, long sequence, Fields rest) {
        event(
                type,
                json -> {
                    json.writeStringProperty("type", type);
                    json.writeNumberProperty("sequence_number", sequence);
                    rest.write(json);
                });
        return sequence + 1;
    }

    private static void message(JsonGenerator json, Message message) {
        json.writeStartObject();
        json.writeStringProperty("id", message.id());
        json.writeStringProperty("type", "message");
        json.writeStringProperty("status", message.isDone() ? "completed" : "incomplete");
        json.writeStringProperty("role", "assistant");
        json.writeName("content");
        json.writeStartArray();
        message.parts().values().forEach(part -> text(json, part.toString()));
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, String text) {
        json.writeStartObject();
        json.writeStringProperty("type", "output_text");
        json.writeStringProperty("text", text);
        json.writeName("annotations");
        json.writeStartArray();
        json.writeEndArray();
        json.writeEndObject();
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
