package dev.bursar.usage;

import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// Names a denial as its caller was told, and tells the ones that end a run.
final class Denials {

    static final String EXHAUSTED = "budget_exhausted";
    static final String RATE_LIMITED = "rate_limited";
    static final String HELD = "budget_held";

    /// A rolling budget up to this long is a rate: waiting helps.
    private static final Duration LONGEST_RATE = Duration.ofHours(1);

    private Denials() {}

    /// The code of the worst block: what is spent is worse than a rate, a rate worse than holds that will
    /// end. Where no budget blocks, the ledger's reason in lower case.
    static String code(Reason reason, List<Block> blocks) {
        if (blocks.isEmpty()) {
            return reason.name().toLowerCase(Locale.ROOT);
        }
        if (blocks.stream().anyMatch(block -> code(block).equals(EXHAUSTED))) {
            return EXHAUSTED;
        }
        boolean rate = blocks.stream().anyMatch(block -> code(block).equals(RATE_LIMITED));
        return rate ? RATE_LIMITED : HELD;
    }

    /// Whether the run it belongs to is stopped by it: a hard budget that outlives the call is
    /// exhausted. A limit on each single call leaves room for a smaller one, and a rate or a hold for a
    /// later one.
    static boolean stopsRun(List<Block> blocks) {
        return blocks.stream()
                .anyMatch(block ->
                        block.mode() == Budget.Mode.HARD
                                && code(block).equals(EXHAUSTED)
                                && !(block.window() instanceof Window.PerCall));
    }

    private static String code(Block block) {
        return switch (block.cause()) {
            case ABOVE_LIMIT -> EXHAUSTED;
            case SPENT -> isRate(block.window()) ? RATE_LIMITED : EXHAUSTED;
            case HELD -> HELD;
        };
    }

    private static boolean isRate(Window window) {
        return window instanceof Window.Rolling rolling
                && rolling.length().compareTo(LONGEST_RATE) <= 0;
    }
}
