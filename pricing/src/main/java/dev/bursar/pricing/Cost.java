package dev.bursar.pricing;

import java.util.List;

/// What a call cost, in microcents (1 USD = 10^8), with one line per token class that was used.
///
/// The total is the exact sum of the lines: rounding happens inside each line and nowhere else.
public record Cost(long microcents, List<Line> lines) {

    public Cost {
        lines = List.copyOf(lines);
        long sum = 0;
        for (Line line : lines) {
            sum = Math.addExact(sum, line.microcents());
        }
        if (sum != microcents) {
            throw new IllegalArgumentException("total " + microcents + " is not the sum " + sum);
        }
    }

    /// The cost of all tokens of `type`, 0 when none were used.
    public long of(TokenClass type) {
        for (Line line : lines) {
            if (line.type() == type) {
                return line.microcents();
            }
        }
        return 0;
    }

    /// The tokens of one class at one rate (microcents per 1M tokens), rounded up to a microcent.
    public record Line(TokenClass type, long tokens, long rate, long microcents) {}
}
