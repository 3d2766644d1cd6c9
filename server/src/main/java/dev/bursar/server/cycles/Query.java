package dev.bursar.server.cycles;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The parameters of a request that reads. What is blank counts as not there.
record Query(MultiMap parameters) {

    private static final int MAX_LIMIT = 200;
    private static final int USUAL_LIMIT = 50;
    private static final int MAX_VALUE = 512;

    /// RFC 3339 has years of four digits.
    private static final int MAX_YEAR = 9_999;

    /// On the event loop.
    ///
    /// @throws CyclesException when they cannot be read
    static Query of(HttpServerRequest request) {
        try {
            return new Query(MultiMap.caseInsensitiveMultiMap().addAll(request.params()));
        } catch (IllegalArgumentException e) {
            throw CyclesException.invalid("the query is malformed");
        }
    }

    /// @return null when it is not there
    @Nullable String text(String name) {
        String value = parameters.get(name);
        if (value == null || value.isBlank()) {
            return null;
        }
        if (value.length() > MAX_VALUE) {
            throw CyclesException.invalid(name + " has more than " + MAX_VALUE + " characters");
        }
        return value;
    }

    int limit() {
        String text = text("limit");
        if (text == null) {
            return USUAL_LIMIT;
        }
        int limit = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            throw CyclesException.invalid("limit must be 1 to " + MAX_LIMIT);
        }
        return limit;
    }

    /// @return null when it is not there
    @Nullable Instant time(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            // A plus sign that was not encoded arrives as a space.
            OffsetDateTime time = OffsetDateTime.parse(text.replace(' ', '+'));
            // Java reads years of nine digits, whose milliseconds would overflow.
            if (time.getYear() >= 0 && time.getYear() <= MAX_YEAR) {
                return time.toInstant();
            }
        } catch (DateTimeParseException e) {
            // Answered like a year of too many digits.
        }
        throw CyclesException.invalid(
                name + " must be a time as in RFC 3339: 2026-01-31T00:00:00Z");
    }

    /// @return null when it is not there
    @Nullable ScopePath path(String name) {
        String text = text(name);
        try {
            return text == null ? null : ScopePath.parse(text);
        } catch (IllegalArgumentException e) {
            throw CyclesException.invalid(
                    name + " must be a path like tenant:acme/agent:bot: " + e.getMessage());
        }
    }

    /// The levels of a subject that are asked for, in lower case, without the tenant.
    ///
    /// @throws CyclesException for what no scope has
    SortedMap<String, String> levels() {
        SortedMap<String, String> levels = new TreeMap<>();
        for (String level : ScopePath.LEVELS) {
            String value = text(level);
            if (value != null && !level.equals(Subject.TENANT)) {
                levels.put(level, segment(level, value).value());
            }
        }
        return levels;
    }

    private static ScopePath.Segment segment(String level, String value) {
        try {
            return new ScopePath.Segment(level, value);
        } catch (IllegalArgumentException e) {
            throw CyclesException.invalid(
                    level + " must have 1 to 128 letters, digits and any of _ . -");
        }
    }
}
