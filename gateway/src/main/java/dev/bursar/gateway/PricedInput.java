package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.CacheWrite;
import dev.bursar.gateway.CallRequest.Hidden;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// What in the parts of a request changes the price of its input: pictures, input that the provider
/// adds by itself, and what is written to the prompt cache. Not thread-safe.
final class PricedInput {

    private final JsonParser in;

    /// Parts that are billed by their pixels.
    int images;

    private Hidden hidden = Hidden.NOTHING;

    /// The dearest kind asked for.
    CacheWrite cacheWrite = CacheWrite.NONE;

    PricedInput(JsonParser in) {
        this.in = in;
    }

    Hidden hidden() {
        return hidden;
    }

    /// Notes what the provider adds that is not in the body.
    void adds(Hidden more) {
        hidden = more.compareTo(hidden) > 0 ? more : hidden;
    }

    /// The same, of a field whose value is at the parser, unless that is null.
    void addsUnlessNull(Hidden more) {
        if (in.currentToken() != JsonToken.VALUE_NULL) {
            adds(more);
        }
    }

    /// Passes over the value at the parser and notes what changes the price of input.
    void scan() {
        int depth = 0;
        do {
            JsonToken token = in.currentToken();
            if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                depth++;
            } else if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                depth--;
            } else if (token == JsonToken.PROPERTY_NAME) {
                noteField(in.currentName());
                continue;
            }
            if (depth == 0) {
                return;
            }
        } while (in.nextToken() != null);
    }

    private void noteField(String name) {
        switch (name) {
            case "type" -> {
                if (in.nextToken() == JsonToken.VALUE_STRING) {
                    noteType(in.getString());
                } else {
                    scanNested();
                }
            }
            case "cache_control" -> {
                in.nextToken();
                cacheControl();
            }
            case "ttl" -> {
                if (in.nextToken() == JsonToken.VALUE_STRING && in.getString().equals("1h")) {
                    cacheWrite = CacheWrite.ONE_HOUR;
                } else {
                    scanNested();
                }
            }
            default -> {}
        }
    }

    /// Reads the value of a `cache_control`.
    void cacheControl() {
        if (in.currentToken() == JsonToken.START_OBJECT && cacheWrite == CacheWrite.NONE) {
            cacheWrite = CacheWrite.FIVE_MINUTES;
        }
        scanNested();
    }

    /// Passes over a value whose first token is read already.
    private void scanNested() {
        JsonToken token = in.currentToken();
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            scan();
        }
    }

    private void noteType(String type) {
        switch (type) {
            case "image", "image_url", "input_image" -> images++;
            case "input_audio",
                    "file",
                    "input_file",
                    "document",
                    "container_upload",
                    "video_url",
                    "item_reference" ->
                    adds(Hidden.CONTENT);
            case "web_search",
                    "file_search",
                    "code_interpreter",
                    "image_generation",
                    "computer",
                    "mcp" ->
                    adds(Hidden.BY_TOOLS);
            default -> {
                if (type.startsWith("web_search_")
                        || type.startsWith("web_fetch_")
                        || type.startsWith("code_execution_")
                        || type.startsWith("tool_search_")
                        || type.startsWith("mcp_")
                        || type.startsWith("computer_use_")
                        || type.startsWith("advisor_")) {
                    adds(Hidden.BY_TOOLS);
                }
            }
        }
    }
}
