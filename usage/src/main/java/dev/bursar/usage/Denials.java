package dev.bursar.usage;

import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Names a denial as its caller was told, and tells the ones that end a run.
final class Denials {

    static final String EXHAUSTED = "budget_exhausted";
    static final String RATE_LIMITED = "rate_limited";
    static final String HELD = "budget_held";
    static final String FROZEN = "budget_frozen";
    static final String APPROVAL = "approval_required";
    static final String RUN_STOPPED = "run_stopped";

    /// A rolling budget up to this long is a rate: waiting helps.
    private static final Duration LONGEST_RATE = Duration.ofHours(1);

    private static final List<String> SEVERITY =
            List.of(FROZEN, EXHAUSTED, APPROVAL, RATE_LIMITED, HELD);

    private Denials() {}

    /// The code of the worst block. Where no budget blocks, the ledger's reason in lower case.
    static String code(Reason reason, List<Block> blocks) {
        return blocks.isEmpty() ? reason.name().toLowerCase(Locale.ROOT) : code(worst(blocks));
    }

    /// The name of the budget that decided, `""` when none blocks.
    static String budget(List<Block> blocks) {
        return blocks.isEmpty() ? "" : worst(blocks).name();
    }

    /// Whether the run it belongs to is stopped: by a breaker or a person, or by a hard budget that
    /// outlives the call and is exhausted. A limit on each single call leaves room for a smaller one, and
    /// a rate or a hold for a later one.
    static boolean stopsRun(Reason reason, List<Block> blocks) {
        return reason == Reason.RUN_STOPPED
                || blocks.stream()
                        .anyMatch(block ->
                                block.mode() == Budget.Mode.HARD
                                        && code(block).equals(EXHAUSTED)
                                        && !(block.window() instanceof Window.PerCall));
    }

    /// Why a run is stopped whose last denial that stopped it was this.
    static String stopReason(String denial) {
        return denial.equals(RUN_STOPPED) ? RUN_STOPPED : EXHAUSTED;
    }

    /// What is spent is worse than a rate, and a rate worse than holds that will end; among equals, the
    /// first in the ledger's order.
    private static Block worst(List<Block> blocks) {
        return Collections.min(
                blocks, Comparator.comparingInt(block -> SEVERITY.indexOf(code(block))));
    }

    private static String code(Block block) {
        if (block.approval() != null) {
            return APPROVAL;
        }
        return switch (block.cause()) {
            case FROZEN, CLOSED -> FROZEN;
            case OVER_LIMIT, IN_DEBT, ABOVE_LIMIT -> EXHAUSTED;
            case HELD -> HELD;
            case SPENT -> isRate(block) ? RATE_LIMITED : EXHAUSTED;
        };
    }

    private static boolean isRate(Block block) {
        return block.window() instanceof Window.Rolling(Duration length)
                && length.compareTo(LONGEST_RATE) <= 0;
    }
}
