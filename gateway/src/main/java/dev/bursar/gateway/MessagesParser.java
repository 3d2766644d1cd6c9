package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Hidden;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads a Messages request, or one that counts the tokens of one.
final class MessagesParser extends RequestParser {

    MessagesParser(Target target, byte[] body, JsonParser in) {
        super(target, body, in);
    }

    @Override
    void field(String name) {
        switch (name) {
            case "model" -> once(name, this::model);
            case "stream" -> once(name, () -> stream = bool(name));
            // 0 only writes the prompt cache.
            case "max_tokens" -> once(name, () -> bound(name, 0));
            case "temperature", "top_p" -> once(name, () -> number(name));
            case "messages" -> once(name, () -> Messages.read(this));
            case "system" -> once(name, this::system);
            case "tools" -> once(name, () -> tools(name));
            case "tool_choice" -> once(name, this::toolChoice);
            case "function_call", "functions" -> once(name, input::scan);
            case "stop_sequences" -> once(name, () -> stops(name, false));
            case "thread" -> once(name, this::thread);
            case "mcp_servers" -> {
                input.addsUnlessNull(Hidden.BY_TOOLS);
                in.skipChildren();
            }
            case "container" -> {
                input.addsUnlessNull(Hidden.CONTENT);
                in.skipChildren();
            }
            case "cache_control" -> input.cacheControl();
            default -> input.scan();
        }
    }

    @Override
    void requireComplete() {
        require("messages");
    }

    /// A thread that goes on has messages that the provider keeps and the body does not show.
    private void thread() {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("previous_message_id")) {
                input.addsUnlessNull(Hidden.CONTENT);
            }
            in.skipChildren();
        }
    }

    private void system() {
        JsonToken token = in.currentToken();
        if (token != JsonToken.VALUE_STRING
                && token != JsonToken.START_ARRAY
                && token != JsonToken.VALUE_NULL) {
            throw wrongType("system", "a string or an array");
        }
        input.scan();
    }
}
