package dev.bursar.gateway.cache;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What a call asks, apart from how it is written and how the answer shall come.
///
/// @param key the same for equal questions of a tenant under the same rule
/// @param topic of a question that may be compared by its meaning, or null
record Question(String key, @Nullable Topic topic) {

    /// The last thing that the user says, and everything else.
    ///
    /// @param group the same for questions that differ in `text` only
    record Topic(String group, String text) {}

    /// Empty when the body cannot be read, or its answer may not be kept under the rule.
    static Optional<Question> of(CacheRequest request, CacheRule rule) {
        if (request.body().length > CacheRequest.MAX_BODY_BYTES) {
            return Optional.empty();
        }
        Reading reading = request.wire().reading();
        return Trees.object(request.body())
                .flatMap(reading::spelled)
                .filter(body -> Repeatable.isRepeatable(request, body, rule))
                .map(body -> of(request, rule, body));
    }

    private static Question of(CacheRequest request, CacheRule rule, ObjectNode body) {
        Reading reading = request.wire().reading();
        body.remove(reading.beside());
        body.properties().removeIf(field -> field.getValue().isNull());
        String key = start(request, rule).json(body).hex();
        String text = rule.threshold() == null ? null : reading.takeText(body);
        return new Question(
                key,
                text == null
                        ? null
                        : new Topic(start(request, rule).text("topic").json(body).hex(), text));
    }

    private static Digest start(CacheRequest request, CacheRule rule) {
        Wire wire = request.wire();
        Digest digest =
                new Digest()
                        .text(wire.name())
                        .text(request.operation())
                        .text(request.provider())
                        .text(request.model())
                        .text(rule.toString());
        return wire.inEveryForm() ? digest : digest.text(request.form().name());
    }
}
