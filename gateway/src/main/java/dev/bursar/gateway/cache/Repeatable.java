package dev.bursar.gateway.cache;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Whether a request would get the same answer again, and has no effect but its answer.
final class Repeatable {

    private Repeatable() {}

    static boolean isRepeatable(Reading reading, ObjectNode body, CacheRule rule) {
        return temperatureFits(reading.temperature(body), rule.temperature())
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
