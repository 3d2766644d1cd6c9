package dev.bursar.gateway.cache;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// How the requests of a wire format are understood, as far as it matters to whether one may get the
/// answer to another.
interface Reading {

    /// The body in the one spelling in which it is compared; it may be changed for that. Empty when two
    /// readers could understand it differently.
    default Optional<ObjectNode> spelled(ObjectNode body) {
        return Optional.of(body);
    }

    /// Whether everything that is asked is in the body, and asking has no effect but the answer. Parts, items
    /// and tools that are not known are taken not to be so; of the fields beside them those are known that are
    /// not, and any other is part of the question.
    boolean saysEverything(ObjectNode body);

    /// How much chance there is in the answer, as the body has it; null where there never is any.
    @Nullable JsonNode temperature(ObjectNode body);

    /// Fields that change nothing in what is answered: how it comes, and whose books it is in.
    Set<String> beside();

    /// Takes the last text of the user out of the body, or returns null where the last that is said is
    /// not one text of the user.
    @Nullable String takeText(ObjectNode body);

    /// Whether a field is not there, which null says as well.
    static boolean isUnset(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    /// Whether something is not asked for.
    static boolean isOff(JsonNode value) {
        return isUnset(value) || (value.isBoolean() && !value.asBoolean());
    }

    /// Takes a field out, and returns it when it is a text with something in it.
    static @Nullable String take(ObjectNode from, String field) {
        JsonNode value = from.path(field);
        if (!value.isString() || value.asString().isBlank()) {
            return null;
        }
        from.remove(field);
        return value.asString();
    }

    /// The last of a list of objects when it is the user's, else null.
    static @Nullable ObjectNode lastOfUser(JsonNode turns) {
        return turns.isArray()
                        && !turns.isEmpty()
                        && turns.get(turns.size() - 1) instanceof ObjectNode last
                        && last.path("role").asString("").equals("user")
                ? last
                : null;
    }
}
