package dev.bursar.server.cycles;

import dev.bursar.ledger.ScopePath;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Whom a request is about, as it says itself.
///
/// @param levels of [ScopePath#LEVELS], at least one
/// @param dimensions whatever else, by name: letters of any kind, as the client likes
record WireSubject(SortedMap<String, String> levels, SortedMap<String, String> dimensions) {

    private static final int MAX_LEVEL = 128;
    private static final int MAX_DIMENSIONS = 16;
    private static final int MAX_DIMENSION_NAME = 256;
    private static final int MAX_DIMENSION = 256;

    private static final Pattern LEVEL = Pattern.compile("[a-zA-Z0-9_.-]+");

    WireSubject {
        levels = Collections.unmodifiableSortedMap(new TreeMap<>(levels));
        dimensions = Collections.unmodifiableSortedMap(new TreeMap<>(dimensions));
    }

    static WireSubject read(JsonFields in) {
        SortedMap<String, String> levels = new TreeMap<>();
        SortedMap<String, String> dimensions = new TreeMap<>();
        in.enter();
        for (String field = in.next(); field != null; field = in.next()) {
            if (field.equals("dimensions")) {
                dimensions(in, dimensions);
            } else if (ScopePath.LEVELS.contains(field)) {
                levels.put(field, level(in));
            } else {
                throw in.unknown();
            }
        }
        if (levels.isEmpty()) {
            throw CyclesException.invalid("subject needs one of " + ScopePath.LEVELS);
        }
        return new WireSubject(levels, dimensions);
    }

    private static String level(JsonFields in) {
        String value = in.text(1, MAX_LEVEL);
        if (!LEVEL.matcher(value).matches()) {
            throw in.wrong("may have letters, digits, '_', '.' and '-' only");
        }
        return value;
    }

    private static void dimensions(JsonFields in, SortedMap<String, String> dimensions) {
        in.enter();
        for (String name = in.next(); name != null; name = in.next()) {
            in.requireName(MAX_DIMENSION_NAME);
            if (dimensions.size() == MAX_DIMENSIONS) {
                throw CyclesException.invalid("subject.dimensions has more than " + MAX_DIMENSIONS);
            }
            dimensions.put(name, in.text(0, MAX_DIMENSION));
        }
    }
}
