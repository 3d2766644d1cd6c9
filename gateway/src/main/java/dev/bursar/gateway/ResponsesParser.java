package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Hidden;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads a Responses request. What the provider keeps – an earlier response, a conversation, a stored
/// prompt – is input that the body does not show.
final class ResponsesParser extends RequestParser {

    static final String BOUND = "max_output_tokens";

    private boolean background;
    private boolean store = true;
    private @Nullable String previous;

    ResponsesParser(Target target, byte[] body, JsonParser in) {
        super(target, body, in);
    }

    @Override
    void field(String name) {
        switch (name) {
            case "model" -> once(name, this::model);
            case "stream" -> once(name, () -> stream = bool(name));
            case "background" -> once(name, () -> background = bool(name));
            case "store" -> once(name, this::store);
            case BOUND -> once(name, () -> bound(name, 1));
            case "temperature", "top_p" -> once(name, () -> number(name));
            case "input" -> once(name, this::items);
            case "instructions" -> once(name, () -> text(name));
            case "tools" -> once(name, () -> tools(name));
            case "tool_choice" -> once(name, this::toolChoice);
            case "function_call", "functions" -> once(name, input::scan);
            case "previous_response_id" ->
                    once(
                            name,
                            () -> {
                                text(name);
                                input.addsUnlessNull(Hidden.CONTENT);
                                previous = AnswerReader.string(in);
                            });
            case "conversation", "prompt" ->
                    once(
                            name,
                            () -> {
                                input.addsUnlessNull(Hidden.CONTENT);
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

    @Override
    CallRequest.Kept kept() {
        return new CallRequest.Kept(background, store || background, previous);
    }

    /// Responses are kept unless the client says otherwise.
    private void store() {
        store = in.currentToken() == JsonToken.VALUE_NULL || bool("store");
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
