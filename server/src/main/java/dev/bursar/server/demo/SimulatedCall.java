package dev.bursar.server.demo;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A request as the simulated provider understands it, whatever its dialect.
///
/// @param promptTokens a quarter of the characters of all texts of the request, rounded up
/// @param prefix hash of the model and the start of the prompt: what a prompt cache goes by
/// @param cacheableTokens how much of the prompt a cache may keep
/// @param maxOutputTokens the caller's bound, or [Integer#MAX_VALUE]
/// @param tool the tool to call now, or null for an answer in text
record SimulatedCall(
        String model,
        boolean stream,
        boolean includeUsage,
        int promptTokens,
        long prefix,
        int cacheableTokens,
        int maxOutputTokens,
        @Nullable String tool,
        Script script,
        long digest) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Fields of a request whose texts a model reads.
    private static final List<String> READ = List.of("system", "messages", "tools");

    /// Characters of a prompt that decide whether a cache has seen it: 1,024 tokens.
    private static final int PREFIX_CHARACTERS = 4_096;

    /// @throws IllegalArgumentException when the body is not a request of this kind
    static SimulatedCall read(byte[] body, boolean anthropic) {
        JsonNode root;
        try {
            root = JSON.readTree(body);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("We could not parse the JSON body of your request.");
        }
        JsonNode messages = root.path("messages");
        String model = root.path("model").asString("");
        if (model.isEmpty() || !messages.isArray() || messages.isEmpty()) {
            throw new IllegalArgumentException("model and messages are required.");
        }
        if (anthropic && !root.path("max_tokens").isIntegralNumber()) {
            throw new IllegalArgumentException("max_tokens: Field required");
        }
        StringBuilder prompt = new StringBuilder();
        READ.forEach(field -> texts(root.path(field), prompt));
        String text = prompt.toString();
        Script script = Script.find(text);
        int tokens = tokens(text.length());
        int lastTokens = tokens(texts(messages.get(messages.size() - 1), new StringBuilder()));
        return new SimulatedCall(
                model,
                root.path("stream").asBoolean(false),
                root.path("stream_options").path("include_usage").asBoolean(false),
                tokens,
                digest(model + text.substring(0, Math.min(PREFIX_CHARACTERS, text.length()))),
                cacheable(text, root, anthropic, tokens, lastTokens),
                bound(root),
                toolToCall(root, script),
                script,
                digest(model + text));
    }

    /// Tokens of a text by its length: one for four characters, as for English prose.
    static int tokens(int characters) {
        return (characters + 3) / 4;
    }

    /// OpenAI caches long prompts by itself; Anthropic caches what is marked, here all but the last
    /// message.
    private static int cacheable(
            String text, JsonNode root, boolean anthropic, int tokens, int lastTokens) {
        if (text.length() < PREFIX_CHARACTERS) {
            return 0;
        }
        if (anthropic) {
            return root.findValue("cache_control") == null ? 0 : Math.max(0, tokens - lastTokens);
        }
        return tokens / 128 * 128;
    }

    private static int bound(JsonNode root) {
        for (String field : List.of("max_completion_tokens", "max_tokens")) {
            if (root.path(field).isIntegralNumber()) {
                return Math.max(1, root.path(field).asInt());
            }
        }
        return Integer.MAX_VALUE;
    }

    /// The scripted tool, or else the first one offered, once per message of the user.
    private static @Nullable String toolToCall(JsonNode root, Script script) {
        JsonNode tools = root.path("tools");
        if (tools.isEmpty()) {
            return null;
        }
        if (script.tool() != null) {
            return script.tool();
        }
        JsonNode messages = root.path("messages");
        JsonNode last = messages.get(messages.size() - 1);
        boolean result = last.path("role").asString("").equals("tool");
        for (JsonNode block : last.path("content")) {
            result |= block.path("type").asString("").equals("tool_result");
        }
        JsonNode first = tools.get(0);
        String name = first.path("function").path("name").asString("");
        return result ? null : name.isEmpty() ? first.path("name").asString("tool") : name;
    }

    private static int texts(JsonNode node, StringBuilder to) {
        if (node.isString()) {
            to.append(node.asString());
        } else {
            node.forEach(child -> texts(child, to));
        }
        return to.length();
    }

    /// 64-bit FNV-1a over the characters.
    private static long digest(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
