package dev.bursar.gateway;

import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The paths of the Gemini API, which name the model and what is asked of it:
/// `/v1beta/models/{model}:{method}`. Models that somebody has tuned are below `/v1beta/tunedModels`, and
/// keep that as a part of their name.
final class GeminiPath {

    private static final String MODELS = "models/";
    private static final String TUNED = "tunedModels/";

    private static final Map<String, Operation> METHODS =
            Map.of(
                    "generateContent", Operation.GENERATE,
                    "streamGenerateContent", Operation.STREAM_GENERATE,
                    "countTokens", Operation.COUNT_CONTENT,
                    "embedContent", Operation.EMBED_CONTENT,
                    "batchEmbedContents", Operation.BATCH_EMBED_CONTENTS);

    private GeminiPath() {}

    /// Whether a path ends in a method of the Gemini API.
    static boolean hasMethod(String path) {
        return METHODS.containsKey(path.substring(path.lastIndexOf(':') + 1));
    }

    /// @param path below the version, such as `models/gemini-2.5-flash:generateContent`
    static @Nullable Target read(String path) {
        int colon = path.lastIndexOf(':');
        Operation operation = colon < 0 ? null : METHODS.get(path.substring(colon + 1));
        if (operation == null) {
            return null;
        }
        String name = path.substring(0, colon);
        String model = name.startsWith(MODELS) ? name.substring(MODELS.length()) : name;
        boolean named = name.startsWith(MODELS) || name.startsWith(TUNED);
        return named && !model.isEmpty() ? new Target(operation, decoded(model)) : null;
    }

    /// Whether a stream is to be one long JSON array: it is, unless events are asked for.
    static boolean asksForArray(Operation operation, HttpServerRequest request) {
        return operation == Operation.STREAM_GENERATE && !"sse".equals(request.getParam("alt"));
    }

    static String of(String model, String method) {
        String name = model.startsWith(TUNED) ? model : MODELS + model;
        return "/v1beta/" + encoded(name) + ":" + method;
    }

    static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/");
    }

    /// @throws RefusedException when it is not a URL's path
    static String decoded(String name) {
        try {
            return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw RefusedException.malformed("model", "is not a URL's path");
        }
    }
}
