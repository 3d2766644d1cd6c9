package dev.bursar.gateway.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Whether a request would get the same answer again, and has no effect but its answer.
final class Repeatable {

    /// In names of models, what names something beside a model: a prompt that is kept at AWS, a preset or
    /// the search of OpenRouter. Profiles, routers and endpoints of AWS only say which model answers.
    private static final List<String> MORE_THAN_MODELS = List.of(":prompt/", "@preset/", ":online");

    private Repeatable() {}

    static boolean isRepeatable(CacheRequest request, ObjectNode body, CacheRule rule) {
        Reading reading = request.wire().reading();
        return MORE_THAN_MODELS.stream().noneMatch(request.model()::contains)
                && temperatureFits(reading.temperature(body), rule.temperature())
                && reading.saysEverything(body);
    }

    private static boolean temperatureFits(@Nullable JsonNode value, CacheRule.Temperature wanted) {
        if (value == null) {
            return true;
        }
        boolean unset = Reading.isUnset(value);
        boolean zero = value.isNumber() && value.decimalValue().signum() == 0;
        return switch (wanted) {
            case ZERO -> zero;
            case UNSET -> zero || unset;
            case ANY -> unset || value.isNumber();
        };
    }
}
