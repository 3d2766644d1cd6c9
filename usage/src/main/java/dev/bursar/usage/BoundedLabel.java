package dev.bursar.usage;

import java.util.HashSet;
import java.util.Set;

/// The values of one metric label: the first so many, and `other` for the rest. For one thread.
final class BoundedLabel {

    static final String OTHER = "other";

    /// Stands for a value that is not known: an empty label would be the same as none.
    static final String NONE = "none";

    private final int limit;
    private final Set<String> values = new HashSet<>();

    BoundedLabel(int limit) {
        this.limit = limit;
    }

    String of(String value) {
        if (value.isEmpty()) {
            return NONE;
        }
        if (values.contains(value)) {
            return value;
        }
        if (values.size() == limit) {
            return OTHER;
        }
        values.add(value);
        return value;
    }
}
