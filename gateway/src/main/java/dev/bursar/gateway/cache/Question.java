package dev.bursar.gateway.cache;

import dev.bursar.gateway.cache.CacheRequest.Wire;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a call asks, apart from how it is written and how the answer shall come.
///
/// @param key the same for equal questions of a tenant under the same rule
/// @param topic of a question that may be compared by its meaning, or null
/// @param usageAsked whether a stream shall end with its usage
record Question(String key, @Nullable Topic topic, boolean usageAsked) {

    /// The last thing that the user says, and everything else.
    ///
    /// @param group the same for questions that differ in `text` only
    record Topic(String group, String text) {}

    /// Fields that change nothing in what is answered: how it comes, and whose books it is in.
    private static final Set<String> BESIDE =
            Set.of(
                    "model",
                    "stream",
                    "stream_options",
                    "user",
                    "metadata",
                    "safety_identifier",
                    "prompt_cache_key",
                    "prompt_cache_retention");

    /// Empty when the body cannot be read, or its answer may not be kept under the rule.
    static Optional<Question> of(CacheRequest request, CacheRule rule) {
        if (request.body().length > CacheRequest.MAX_BODY_BYTES) {
            return Optional.empty();
        }
        return Trees.object(request.body())
                .filter(body -> Repeatable.isRepeatable(body, rule))
                .map(body -> of(request, rule, body));
    }

    private static Question of(CacheRequest request, CacheRule rule, ObjectNode body) {
        boolean usageAsked = body.path("stream_options").path("include_usage").asBoolean(false);
        body.remove(BESIDE);
        body.properties().removeIf(field -> field.getValue().isNull());
        String key = start(request, rule).json(body).hex();
        Topic topic = rule.threshold() == null ? null : topic(request, rule, body);
        return new Question(key, topic, usageAsked);
    }

    private static Digest start(CacheRequest request, CacheRule rule) {
        Digest digest =
                new Digest()
                        .text(request.operation())
                        .text(request.provider())
                        .text(request.model())
                        .text(rule.toString());
        return request.wire() == Wire.OTHER
                ? digest.text(Boolean.toString(request.stream()))
                : digest;
    }

    /// Takes the last text of the user out of the body.
    private static @Nullable Topic topic(CacheRequest request, CacheRule rule, ObjectNode body) {
        if (request.wire() == Wire.OTHER
                || !(body.path("messages") instanceof ArrayNode messages)
                || messages.isEmpty()
                || !(messages.get(messages.size() - 1) instanceof ObjectNode last)
                || !last.path("role").asString("").equals("user")) {
            return null;
        }
        JsonNode content = last.path("content");
        if (content.isArray() && content.size() == 1 && isText(content.get(0))) {
            content = content.get(0).path("text");
        }
        if (!content.isString() || content.asString().isBlank()) {
            return null;
        }
        last.remove("content");
        return new Topic(start(request, rule).text("topic").json(body).hex(), content.asString());
    }

    /// A part that is a text and says nothing else.
    private static boolean isText(JsonNode part) {
        return part.size() == 2
                && part.path("type").asString("").equals("text")
                && part.path("text").isString();
    }
}
