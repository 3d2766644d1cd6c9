package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Hidden;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads a Converse request of Bedrock.
final class ConverseParser extends RequestParser {

    static final String BOUND = "maxTokens";

    private final BoundedSettings config =
            new BoundedSettings(this, "inferenceConfig", BOUND, this::setting);

    ConverseParser(Target target, byte[] body, JsonParser in) {
        super(target, body, in);
        stream = operation() == Operation.CONVERSE_STREAM;
    }

    @Override
    void field(String name) {
        switch (name) {
            case "messages" -> once(name, () -> ConverseBlocks.messages(this));
            case "system" -> once(name, () -> ConverseBlocks.read(this, name));
            case "inferenceConfig" -> once(name, config::read);
            case "toolConfig" -> once(name, this::toolConfig);
            case "additionalModelRequestFields" -> once(name, this::modelFields);
            // What a guardrail reads and a prompt that is kept at AWS are no part of the body.
            case "guardrailConfig", "promptVariables" ->
                    once(
                            name,
                            () -> {
                                input.addsUnlessNull(Hidden.CONTENT);
                                in.skipChildren();
                            });
            default -> in.skipChildren();
        }
    }

    /// A prompt that is kept at AWS has its messages there.
    @Override
    void requireComplete() {
        if (!has("promptVariables")) {
            require("messages");
        }
        config.complete();
    }

    private void setting(String name) {
        switch (name) {
            case BOUND -> once(name, () -> bound(name, 1));
            case "temperature", "topP" -> once(name, () -> number(name));
            case "stopSequences" -> once(name, () -> stops(name, false));
            default -> in.skipChildren();
        }
    }

    private void toolConfig() {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw wrongType("toolConfig", "an object");
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "tools" -> once("toolConfig.tools", this::tools);
                case "toolChoice" -> once("toolConfig.toolChoice", in::skipChildren);
                default -> in.skipChildren();
            }
        }
    }

    private void tools() {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrongType("toolConfig.tools", "an array");
        }
        for (int at = 0; in.nextToken() != JsonToken.END_ARRAY; at++) {
            if (in.currentToken() != JsonToken.START_OBJECT) {
                throw wrongType("toolConfig.tools[" + at + "]", "an object");
            }
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                in.nextToken();
                tool(name);
            }
        }
    }

    /// Tools of the client have a `toolSpec`; all others run at AWS, with input of their own.
    private void tool(String name) {
        if (name.equals("cachePoint")) {
            input.cacheControl();
            return;
        }
        tools = true;
        if (!name.equals("toolSpec")) {
            input.adds(Hidden.BY_TOOLS);
        }
        in.skipChildren();
    }

    /// Passed on to the model as they are: those of Claude may declare tools that run elsewhere.
    private void modelFields() {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("tools") || name.equals("mcp_servers")) {
                tools |= in.currentToken() != JsonToken.VALUE_NULL;
                input.addsUnlessNull(Hidden.BY_TOOLS);
            }
            in.skipChildren();
        }
    }
}
