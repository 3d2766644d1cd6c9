package dev.bursar.gateway;

import org.jspecify.annotations.Nullable;

/// What the path of a request asks for.
///
/// @param model that the path names, or null where the body names it
record Target(Operation operation, @Nullable String model) {

    /// An operation whose body names the model.
    static Target of(Operation operation) {
        return new Target(operation, null);
    }
}
