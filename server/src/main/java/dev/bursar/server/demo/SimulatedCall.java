package dev.bursar.server.demo;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A request as the simulated provider understands it, whatever its dialect.
///
/// @param promptTokens a quarter of the characters of all texts of the request, rounded up
/// @param prefix hash of the model and the start of the prompt: what a prompt cache goes by
/// @param cacheableTokens how much of the prompt a cache may keep
/// @param maxOutputTokens the caller's bound, or [Integer#MAX_VALUE] where none is named or kept
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

    /// The method of Gemini's that streams.
    private static final String STREAM = ":streamGenerateContent";

    /// The end of the path of Bedrock's that streams.
    private static final String CONVERSE_STREAM = "/converse-stream";

    /// Characters of a prompt that decide whether a cache has seen it: 1,024 tokens.
    private static final int PREFIX_CHARACTERS = 4_096;

    /// @param uri may name the model and whether to stream, where the body does not
    /// @throws IllegalArgumentException when the body is not a request of this kind
    static SimulatedCall read(byte[] body, RequestShape shape, String uri) {
        JsonNode root;
        try {
            root = JSON.readTree(body);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("We could not parse the JSON body of your request.");
        }
        JsonNode last = shape.last(root);
        String model = shape.modelInPath() ? modelIn(uri, shape) : root.path("model").asString("");
        if (model.isEmpty() || last == null) {
            throw new IllegalArgumentException("a model and a conversation are required.");
        }
        if (shape == RequestShape.MESSAGES && !root.path("max_tokens").isIntegralNumber()) {
            throw new IllegalArgumentException("max_tokens: Field required");
        }
        StringBuilder prompt = new StringBuilder();
        shape.read().forEach(field -> texts(root.path(field), prompt));
        String text = prompt.toString();
        Script script = Script.find(text);
        int tokens = tokens(text.length());
        int lastTokens = tokens(texts(last, new StringBuilder()));
        return new SimulatedCall(
                model,
                shape.modelInPath()
                        ? uri.contains(STREAM) || uri.endsWith(CONVERSE_STREAM)
                        : root.path("stream").asBoolean(false),
                root.path("stream_options").path("include_usage").asBoolean(false),
                tokens,
                digest(model + text.substring(0, Math.min(PREFIX_CHARACTERS, text.length()))),
                cacheable(text, root, shape, tokens, lastTokens),
                script.boundless() ? Integer.MAX_VALUE : shape.bound(root),
                toolToCall(root, shape, script, last),
                script,
                digest(model + text));
    }

    /// The part of the path before the method.
    private static String modelIn(String uri, RequestShape shape) {
        int end = uri.lastIndexOf(shape == RequestShape.GEMINI ? ':' : '/');
        String model = end < 0 ? "" : uri.substring(uri.lastIndexOf('/', end - 1) + 1, end);
        return URLDecoder.decode(model, StandardCharsets.UTF_8);
    }

    /// Tokens of a text by its length: one for four characters, as for English prose.
    static int tokens(int characters) {
        return (characters + 3) / 4;
    }

    /// OpenAI caches long prompts by itself; Anthropic and Bedrock cache what is marked, here all but the last
    /// message.
    private static int cacheable(
            String text, JsonNode root, RequestShape shape, int tokens, int lastTokens) {
        if (text.length() < PREFIX_CHARACTERS) {
            return 0;
        }
        if (shape == RequestShape.MESSAGES || shape == RequestShape.CONVERSE) {
            boolean marked =
                    root.findValue("cache_control") != null || root.findValue("cachePoint") != null;
            return marked ? Math.max(0, tokens - lastTokens) : 0;
        }
        return tokens / 128 * 128;
    }

    /// The scripted tool, or else the first one offered, once per message of the user.
    private static @Nullable String toolToCall(
            JsonNode root, RequestShape shape, Script script, JsonNode last) {
        if (shape.tools(root).isEmpty()) {
            return null;
        }
        if (script.tool() != null) {
            return script.tool();
        }
        return shape.isToolResult(last) ? null : shape.firstTool(root);
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
