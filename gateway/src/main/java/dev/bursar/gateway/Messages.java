package dev.bursar.gateway;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads the `messages` of a request, which look alike in the dialects of OpenAI and Anthropic.
final class Messages {

    private final RequestParser request;
    private final JsonParser in;

    /// OpenAI's assistant may have said nothing but tool calls, and servers of its dialect take bare
    /// strings for parts.
    private final boolean openAi;

    private Messages(RequestParser request) {
        this.request = request;
        this.in = request.in;
        this.openAi = request.operation().dialect() == Dialect.OPENAI;
    }

    /// Reads the list at the parser's place.
    static void read(RequestParser request) {
        new Messages(request).list();
    }

    private void list() {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw RequestParser.wrongType("messages", "an array");
        }
        int count = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            message(count++);
        }
        if (count == 0) {
            throw RefusedException.malformed("messages", "must not be empty");
        }
    }

    private void message(int at) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw RequestParser.wrongType("messages[" + at + "]", "an object");
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "role" -> {
                    if (in.currentToken() != JsonToken.VALUE_STRING) {
                        throw RequestParser.wrongType("messages[" + at + "].role", "a string");
                    }
                }
                case "content" -> content(at);
                case "cache_control" -> request.input.cacheControl();
                default -> request.input.scan();
            }
        }
    }

    /// Text or parts of it.
    private void content(int at) {
        JsonToken token = in.currentToken();
        if (token == JsonToken.START_ARRAY) {
            for (int part = 0; in.nextToken() != JsonToken.END_ARRAY; part++) {
                boolean text = openAi && in.currentToken() == JsonToken.VALUE_STRING;
                if (!text && in.currentToken() != JsonToken.START_OBJECT) {
                    throw RequestParser.wrongType(
                            "messages[" + at + "].content[" + part + "]", "an object");
                }
                request.input.scan();
            }
        } else if (token != JsonToken.VALUE_STRING && !(openAi && token == JsonToken.VALUE_NULL)) {
            throw RequestParser.wrongType("messages[" + at + "].content", "a string or an array");
        }
    }
}
