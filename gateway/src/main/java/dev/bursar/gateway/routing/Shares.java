package dev.bursar.gateway.routing;

import java.util.Map;
import java.util.SortedMap;

/// Weighted rendezvous hashing: a key always gets the same of several, each gets its share of the keys,
/// and a changed weight moves only the keys that it must.
///
/// Each candidate draws a number in (0, 1) from its own hash of the key, and the smallest exponential
/// waiting time `-ln(u) / weight` wins: the first of independent Poisson processes is each with the
/// probability of its rate.
final class Shares {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final double UNIT = 0x1.0p-53;

    private Shares() {}

    /// @param weights at least one, all above 0
    static String pick(SortedMap<String, Integer> weights, String key) {
        String first = weights.firstKey();
        double soonest = Double.POSITIVE_INFINITY;
        for (Map.Entry<String, Integer> weight : weights.entrySet()) {
            double wait = -Math.log(draw(key, weight.getKey())) / weight.getValue();
            if (wait < soonest) {
                soonest = wait;
                first = weight.getKey();
            }
        }
        return first;
    }

    private static double draw(String key, String candidate) {
        long hash = FNV_OFFSET;
        for (String part : new String[] {key, candidate}) {
            for (int i = 0; i < part.length(); i++) {
                hash = (hash ^ part.charAt(i)) * FNV_PRIME;
            }
            hash = (hash ^ '\n') * FNV_PRIME;
        }
        return ((mix(hash) >>> 11) + 0.5) * UNIT;
    }

    /// The finalizer of SplitMix64: FNV alone leaves similar keys close to each other.
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
