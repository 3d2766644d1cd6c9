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

    /// @param line from 1
    /// @param path the keys from the top, as `tenants.acme.budgets[0].limit`; empty at the top
    record Place(String file, int line, String path) {

        ConfigException mistake(String message) {
            String where = path.isEmpty() ? "" : path + ": ";
            return new ConfigException(file + ":" + line + ": " + where + message);
        }
    }

    /// What a person calls this kind of node.
    default String kind() {
        return switch (this) {
            case Scalar ignored -> "a value";
            case Sequence ignored -> "a list";
            case Mapping ignored -> "a mapping";
            case Empty ignored -> "nothing";
        };
    }
}
