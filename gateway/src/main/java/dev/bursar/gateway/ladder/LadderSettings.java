package dev.bursar.gateway.ladder;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// How the ladders of one tenant's budgets change its calls.
///
/// @param downgrade the cheaper model to use instead of another, without cycles; chains have at most
///     [#MAX_CHAIN] steps
/// @param floor the fewest output tokens that a clamp leaves of each answer, 1 to 1,000,000
/// @param deferAtMost how long a call of batch priority waits for room, 1 s to 1 h
/// @param deferCalls how many of them wait at a time, 1 to 10,000
public record LadderSettings(
        SortedMap<String, String> downgrade, long floor, Duration deferAtMost, int deferCalls) {

    public static final int MAX_CHAIN = 8;
    public static final long FLOOR = 256;
    public static final Duration DEFER_AT_MOST = Duration.ofMinutes(5);
    public static final int DEFER_CALLS = 1_000;

    private static final long MAX_FLOOR = 1_000_000;
    private static final Duration MAX_DEFER = Duration.ofHours(1);
    private static final int MAX_DEFER_CALLS = 10_000;

    /// No model is replaced by a cheaper one; everything else as it is when nobody says otherwise.
    public static final LadderSettings DEFAULT =
            new LadderSettings(new TreeMap<>(), FLOOR, DEFER_AT_MOST, DEFER_CALLS);

    public LadderSettings {
        downgrade = Collections.unmodifiableSortedMap(new TreeMap<>(downgrade));
        for (String model : downgrade.keySet()) {
            requireChain(model, downgrade);
        }
        if (floor < 1 || floor > MAX_FLOOR) {
            throw new IllegalArgumentException("floor must be 1 to " + MAX_FLOOR + ": " + floor);
        }
        if (deferAtMost.toSeconds() < 1 || deferAtMost.compareTo(MAX_DEFER) > 0) {
            throw new IllegalArgumentException("at_most must be 1s to 1h: " + deferAtMost);
        }
        if (deferCalls < 1 || deferCalls > MAX_DEFER_CALLS) {
            throw new IllegalArgumentException(
                    "calls must be 1 to " + MAX_DEFER_CALLS + ": " + deferCalls);
        }
    }

    /// The models that may serve in place of `model`, the next one first.
    public List<String> cheaper(String model) {
        List<String> chain = new ArrayList<>(1);
        for (String next = downgrade.get(model); next != null; next = downgrade.get(next)) {
            chain.add(next);
        }
        return chain;
    }

    private static void requireChain(String model, Map<String, String> downgrade) {
        List<String> chain = new ArrayList<>(List.of(model));
        for (String next = downgrade.get(model); next != null; next = downgrade.get(next)) {
            boolean circle = chain.contains(next);
            chain.add(next);
            if (circle) {
                throw new IllegalArgumentException(
                        "downgrade goes in a circle: " + String.join(" -> ", chain));
            }
            if (chain.size() > MAX_CHAIN + 1) {
                throw new IllegalArgumentException(
                        "downgrade goes on for more than " + MAX_CHAIN + " steps: " + model);
            }
        }
    }
}
