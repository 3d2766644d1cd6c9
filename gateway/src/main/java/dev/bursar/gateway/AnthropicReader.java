package dev.bursar.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads `message` objects and the events of a Messages stream.
final class AnthropicReader extends AnswerReader {

    private final AnthropicUsage counts = new AnthropicUsage();

    /// The block of the stream that has begun and not ended, -1 between two.
    private long openBlock = -1;

    private boolean ownTools;

    @Override
    boolean object(JsonParser in) {
        String type = "";
        boolean withUsage = false;
        long index = 0;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "type" -> type = orEmpty(string(in));
                case "index" -> index = Json.count(in);
                case "message" -> message(in);
                case "delta" -> delta(in);
                case "content_block" -> block(in);
                case "usage" -> withUsage |= usage(in);
                case "model" -> model = string(in);
                case "stop_reason" -> stopReason = keep(string(in), stopReason);
                case "content" -> content(in);
                case "error" -> {
                    failed |= in.currentToken() != JsonToken.VALUE_NULL;
                    in.skipChildren();
                }
                default -> in.skipChildren();
            }
        }
        usageFinal |= withUsage && (type.equals("message_delta") || type.equals("message"));
        finished |= type.equals("message_stop");
        switch (type) {
            case "content_block_start" -> openBlock = index;
            case "content_block_stop" -> openBlock = -1;
            default -> {}
        }
        return false;
    }

    @Override
    List<Long> openPlaces() {
        return openBlock < 0 ? List.of() : List.of(openBlock);
    }

    @Override
    boolean usesOwnTools() {
        return ownTools;
    }

    @Override
    List<Beside> beside() {
        return counts.beside();
    }

    /// The `message` of a `message_start`. A second one replaces what the first one said.
    private void message(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "id" -> id = string(in);
                case "model" -> model = string(in);
                case "usage" -> usage(in);
                case "content" -> content(in);
                default -> in.skipChildren();
            }
        }
    }

    /// Counts in a stream are running totals.
    private boolean usage(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return false;
        }
        String tier = counts.read(in, this);
        serviceTier = tier == null ? serviceTier : tier;
        told(counts.disjoint());
        return counts.isComplete();
    }

    private void delta(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "text", "thinking", "partial_json" -> produced(in);
                case "stop_reason" -> stopReason = keep(string(in), stopReason);
                default -> in.skipChildren();
            }
        }
    }

    private void content(JsonParser in) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            block(in);
        }
    }

    private void block(JsonParser in) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        String type = "";
        String id = "";
        String tool = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "type" -> type = orEmpty(string(in));
                case "id" -> id = orEmpty(string(in));
                case "name" -> tool = toolName(in);
                case "text", "thinking" -> produced(in);
                case "input" -> strings(in);
                default -> in.skipChildren();
            }
        }
        if (type.endsWith("tool_use")) {
            toolCall(id);
            tool(tool);
            ownTools |= !type.equals("tool_use");
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable String keep(@Nullable String newer, @Nullable String older) {
        return newer == null ? older : newer;
    }
}
