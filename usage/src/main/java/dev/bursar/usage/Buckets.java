package dev.bursar.usage;

import dev.bursar.ledger.Attribution;
import dev.bursar.pricing.TokenClass;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/// Tokens and cost of one call by token class, as its attribution says. Immutable.
final class Buckets {

    static final Buckets NONE =
            new Buckets(new long[TokenClass.values().length], new long[TokenClass.values().length]);

    private static final TokenClass[] CLASSES = TokenClass.values();

    private static final String[] TOKENS = new String[CLASSES.length];
    private static final String[] COST = new String[CLASSES.length];

    static {
        for (int i = 0; i < CLASSES.length; i++) {
            TOKENS[i] = "tokens_" + CLASSES[i].wire();
            COST[i] = "cost_" + CLASSES[i].wire() + "_microcents";
        }
    }

    private final long[] tokens;
    private final long[] microcents;

    private Buckets(long[] tokens, long[] microcents) {
        this.tokens = tokens;
        this.microcents = microcents;
    }

    static Buckets of(Attribution attribution) {
        SortedMap<String, Long> numbers = attribution.numbers();
        if (numbers.isEmpty()) {
            return NONE;
        }
        long[] tokens = new long[CLASSES.length];
        long[] microcents = new long[CLASSES.length];
        for (int i = 0; i < CLASSES.length; i++) {
            tokens[i] = numbers.getOrDefault(TOKENS[i], 0L);
            microcents[i] = numbers.getOrDefault(COST[i], 0L);
        }
        return new Buckets(tokens, microcents);
    }

    /// @param index of the class in the order of [TokenClass]
    long tokens(int index) {
        return tokens[index];
    }

    /// @param index of the class in the order of [TokenClass]
    long microcents(int index) {
        return microcents[index];
    }

    /// Tokens of all classes.
    long tokens() {
        long sum = 0;
        for (long count : tokens) {
            sum = Figures.plus(sum, count);
        }
        return sum;
    }

    /// Those that are not zero, in the order of [TokenClass].
    List<TokenLine> lines() {
        List<TokenLine> lines = new ArrayList<>();
        for (int i = 0; i < CLASSES.length; i++) {
            if (tokens[i] != 0 || microcents[i] != 0) {
                lines.add(new TokenLine(CLASSES[i].wire(), tokens[i], microcents[i]));
            }
        }
        return lines;
    }
}
