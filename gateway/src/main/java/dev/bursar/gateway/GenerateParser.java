package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Hidden;
import java.util.function.Consumer;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads a `generateContent` request of Gemini. Its fields may be written in camel case or with
/// underscores, as everywhere in Google's JSON.
final class GenerateParser extends RequestParser {

    static final String BOUND = "maxOutputTokens";

    private static final String CONFIG = "generationConfig";

    private final BoundedSettings config =
            new BoundedSettings(this, CONFIG, BOUND, name -> setting(Camel.of(name)));

    GenerateParser(Target target, byte[] body, JsonParser in) {
        super(target, body, in);
        stream = operation() == Operation.STREAM_GENERATE;
    }

    @Override
    void field(String name) {
        String field = Camel.of(name);
        switch (field) {
            case "contents" -> once(field, () -> Contents.read(this, field));
            case "systemInstruction" -> once(field, () -> Contents.single(this, field));
            case "tools" -> once(field, () -> geminiTools());
            case "toolConfig" -> once(field, this::toolConfig);
            case CONFIG -> once(field, config::read);
            case "cachedContent" -> {
                input.addsUnlessNull(Hidden.CONTENT);
                in.skipChildren();
            }
            default -> in.skipChildren();
        }
    }

    @Override
    void requireComplete() {
        require("contents");
        config.complete();
    }

    private void setting(String field) {
        switch (field) {
            case BOUND -> once(field, () -> bound(field, 1));
            case "candidateCount" ->
                    once(field, () -> choices = (int) count(field, 1, MAX_CHOICES));
            case "temperature", "topP", "topK" -> once(field, () -> number(field));
            case "stopSequences" -> once(field, () -> stops(field, false));
            default -> in.skipChildren();
        }
    }

    /// Functions are the client's to run; everything else Google runs, with input of its own.
    private void geminiTools() {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        boolean list = in.currentToken() == JsonToken.START_ARRAY;
        if (!list && in.currentToken() != JsonToken.START_OBJECT) {
            throw wrongType("tools", "an array");
        }
        if (!list) {
            tool(0);
            return;
        }
        for (int at = 0; in.nextToken() != JsonToken.END_ARRAY; at++) {
            tool(at);
        }
    }

    /// What may be called is said once: whoever takes tools from the request must read it like the provider.
    private void toolConfig() {
        fields(
                "toolConfig",
                name -> {
                    if (name.equals("functionCallingConfig")) {
                        String path = "toolConfig." + name;
                        once(path, () -> fields(path, field -> calling(path, field)));
                    } else {
                        in.skipChildren();
                    }
                });
    }

    private void calling(String path, String name) {
        switch (name) {
            case "mode" -> once(path + "." + name, this::mode);
            case "allowedFunctionNames" -> once(path + "." + name, in::skipChildren);
            default -> in.skipChildren();
        }
    }

    private void mode() {
        noTools = "NONE".equals(AnswerReader.string(in));
    }

    /// @param field reads the value at the parser
    private void fields(String path, Consumer<String> field) {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw wrongType(path, "an object");
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            field.accept(Camel.of(name));
        }
    }

    private void tool(int at) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw wrongType("tools[" + at + "]", "an object");
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            tools = true;
            if (!Camel.of(name).equals("functionDeclarations")) {
                input.adds(Hidden.BY_TOOLS);
            }
            in.skipChildren();
        }
    }
}
