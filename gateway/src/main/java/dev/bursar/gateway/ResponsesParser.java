package dev.bursar.gateway;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads a Responses request. What the provider keeps – an earlier response, a conversation, a stored
/// prompt – is input that the body does not show.
final class ResponsesParser extends RequestParser {

    static final String BOUND = "max_output_tokens";

    ResponsesParser(Target target, byte[] body, JsonParser in) {
        super(target, body, in);
    }

    @Override
    void field(String name) {
        switch (name) {
            case "model" -> once(name, this::model);
            case "stream" -> once(name, () -> stream = bool(name));
            case "background" -> once(name, this::background);
            case "store" -> once(name, () -> bool(name));
            case BOUND -> once(name, () -> bound(name, 1));
            case "temperature", "top_p" -> once(name, () -> number(name));
            case "input" -> once(name, this::items);
            case "instructions" -> once(name, () -> text(name));
            case "tools" -> once(name, () -> tools(name));
            case "previous_response_id" ->
                    once(
                            name,
                            () -> {
                                text(name);
                                kept();
                            });
            case "conversation", "prompt" ->
                    once(
                            name,
                            () -> {
                                kept();
                                in.skipChildren();
                            });
            default -> input.scan();
        }
    }

    @Override
    void requireComplete() {
        if (!has("input")
                && !has("prompt")
                && !has("previous_response_id")
                && !has("conversation")) {
            throw RefusedException.malformed("input", "is missing");
        }
        boundCouldBe(BOUND, field(rootInside(), BOUND));
    }

    /// What a response takes after it was answered cannot be settled, and must not be free.
    private void background() {
        if (bool("background")) {
            throw RefusedException.malformed(
                    "background", "must be false: what a response takes later cannot be settled");
        }
    }

    private void kept() {
        input.hidden |= in.currentToken() != JsonToken.VALUE_NULL;
    }

    private void items() {
        JsonToken token = in.currentToken();
        if (token == JsonToken.START_ARRAY) {
            for (int at = 0; in.nextToken() != JsonToken.END_ARRAY; at++) {
                if (in.currentToken() != JsonToken.START_OBJECT) {
                    throw wrongType("input[" + at + "]", "an object");
                }
                input.scan();
            }
        } else if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NULL) {
            throw wrongType("input", "a string or an array");
        }
    }
}
