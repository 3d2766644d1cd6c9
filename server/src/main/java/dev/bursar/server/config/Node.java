package dev.bursar.server.config;

import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A piece of a YAML document that knows where it stands.
sealed interface Node {

    Place place();

    /// One value as it is written, with the environment filled in.
    record Scalar(Place place, String text) implements Node {}

    record Sequence(Place place, List<Node> items) implements Node {}

    /// @param keys where each key is written
    record Mapping(Place place, SequencedMap<String, Node> fields, Map<String, Place> keys)
            implements Node {}

    /// Nothing: `key:` with no value, or `null`.
    record Empty(Place place) implements Node {}

    /// A value that is nothing but a variable which the environment does not have. Reading it is a
    /// mistake, except where [Section#textIfSet] allows it.
    record Unset(Place place, String variable) implements Node {

        ConfigException mistake() {
            return place.mistake("the environment has no " + variable);
        }
    }

    /// @param line from 1
    /// @param path the keys from the top, as `tenants.acme.budgets[0].limit`; empty at the top
    record Place(String file, int line, String path) {

        ConfigException mistake(String message) {
            return new ConfigException(note(message));
        }

        /// A remark that begins with where it belongs.
        String note(String message) {
            String where = path.isEmpty() ? "" : path + ": ";
            return file + ":" + line + ": " + where + message;
        }
    }

    /// What a person calls this kind of node.
    default String kind() {
        return switch (this) {
            case Scalar ignored -> "a value";
            case Sequence ignored -> "a list";
            case Mapping ignored -> "a mapping";
            case Empty ignored -> "nothing";
            case Unset ignored -> "an unset variable";
        };
    }
}
