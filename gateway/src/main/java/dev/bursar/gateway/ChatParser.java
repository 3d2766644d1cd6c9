package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Hidden;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;

/// Reads a Chat Completions request.
final class ChatParser extends RequestParser {

    private final StreamOptions options = new StreamOptions(this);

    ChatParser(Target target, byte[] body, JsonParser in) {
        super(target, body, in);
    }

    @Override
    void field(String name) {
        switch (name) {
            case "model" -> once(name, this::model);
            case "stream" -> once(name, () -> stream = bool(name));
            case "max_tokens", "max_completion_tokens" -> once(name, () -> bound(name, 1));
            case "n" -> once(name, () -> choices = (int) count(name, 1, MAX_CHOICES));
            case "temperature", "top_p" -> once(name, () -> number(name));
            case "stream_options" -> once(name, options::read);
            case "messages" -> once(name, () -> Messages.read(this));
            case "tools", "functions" -> once(name, () -> tools(name));
            case "tool_choice" -> once(name, this::toolChoice);
            case "function_call" -> once(name, this::functionCall);
            case "stop" -> once(name, () -> stops(name, true));
            case "web_search_options", "mcp_servers" -> {
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
        boundCouldBe("max_tokens", field(rootInside(), "max_tokens"));
        boundCouldBe("max_completion_tokens", field(rootInside(), "max_completion_tokens"));
    }

    @Override
    Splice.@Nullable Edit askForUsage() {
        return options.askForUsage();
    }
}
