package dev.bursar.usage;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// Something about a reservation that somebody may want to hear of.
///
/// @param position in the journal
/// @param scope where, as a scope path
/// @param facts by name: the reservation's id, why it was denied
public record Incident(
        long position,
        Instant at,
        Kind kind,
        String tenant,
        String scope,
        SortedMap<String, String> facts) {

    /// What happened.
    public enum Kind {
        DENIED,
        EXPIRED
    }

    public Incident {
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
    }
}
