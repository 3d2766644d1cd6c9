package dev.bursar.gateway.breaker;

import dev.bursar.ledger.Subject;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The thresholds of some calls of a tenant.
///
/// @param match dimensions that a call must have; none for every call
/// @param thresholds by rule; a rule that is not there has its usual ones
public record BreakerPolicy(SortedMap<String, String> match, Map<Rule, Thresholds> thresholds) {

    public static final BreakerPolicy DEFAULT = new BreakerPolicy(new TreeMap<>(), Map.of());

    public BreakerPolicy {
        match = Collections.unmodifiableSortedMap(new TreeMap<>(match));
        Map<Rule, Thresholds> all = new EnumMap<>(Rule.class);
        for (Rule rule : Rule.values()) {
            all.put(rule, thresholds.getOrDefault(rule, rule.usual()));
        }
        thresholds = Collections.unmodifiableMap(all);
    }

    public Thresholds of(Rule rule) {
        return thresholds.getOrDefault(rule, Thresholds.OFF);
    }

    boolean appliesTo(Subject subject) {
        return match.entrySet().stream()
                .allMatch(wanted -> wanted.getValue().equals(subject.get(wanted.getKey())));
    }
}
