package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.pricing.TokenClass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Explains a refused reservation: which case it is, and what would help. The one place where an
/// outcome becomes a case with a status.
final class Denials {

    private static final int HELD_RETRY_SECONDS = 2;
    private static final int SLOTS_RETRY_SECONDS = 2;
    private static final int MAX_RETRY_SECONDS = 60;
    private static final long TOKENS_PER_RATE = 1_000_000;
    private static final Duration RATE_WINDOW = Duration.ofHours(1);

    /// Waiting this share of a rolling window frees a good part of it.
    private static final int WINDOW_SHARE = 6;

    private final List<Budget> budgets;

    /// @param budgets to name the dimensions of a balance
    Denials(List<Budget> budgets) {
        this.budgets = budgets;
    }

    Denial explain(Outcome.Refused refused, Estimate estimate, Route route) {
        if (refused.reason() != Reason.BUDGET_EXCEEDED || refused.blocks().isEmpty()) {
            return Denial.later(
                    Refusal.AUTHORITY_UNAVAILABLE,
                    "the budget authority cannot take the call: " + refused.reason(),
                    1);
        }
        List<BlockingBudget> blocking = new ArrayList<>();
        for (Block block : refused.blocks()) {
            Refusal refusal = refusal(block);
            blocking.add(
                    new BlockingBudget(
                            block, refusal, scope(block), suggestions(block, estimate, route)));
        }
        // The most severe case decides. Sorting is stable, so the ledger's order holds within a
        // case.
        blocking.sort(Comparator.comparing(BlockingBudget::refusal));
        BlockingBudget first = blocking.getFirst();
        return new Denial(first.refusal(), message(first), null, retryAfter(blocking), blocking);
    }

    private static Refusal refusal(Block block) {
        if (block.cause() == Block.Cause.ABOVE_LIMIT) {
            return Refusal.BUDGET_EXHAUSTED;
        }
        if (isRate(block)) {
            return Refusal.RATE_LIMITED;
        }
        return block.cause() == Block.Cause.HELD ? Refusal.BUDGET_HELD : Refusal.BUDGET_EXHAUSTED;
    }

    private static boolean isRate(Block block) {
        return block.unit().equals(Unit.SLOTS)
                || (block.window() instanceof Window.Rolling(Duration length)
                        && length.compareTo(RATE_WINDOW) <= 0);
    }

    /// 0 when one of the budgets is exhausted; else long enough for the slowest.
    private static int retryAfter(List<BlockingBudget> blocking) {
        int seconds = 0;
        for (BlockingBudget budget : blocking) {
            if (budget.refusal() == Refusal.BUDGET_EXHAUSTED) {
                return 0;
            }
            seconds = Math.max(seconds, retryAfter(budget.block()));
        }
        return seconds;
    }

    private static int retryAfter(Block block) {
        if (block.unit().equals(Unit.SLOTS)) {
            return SLOTS_RETRY_SECONDS;
        }
        if (block.window() instanceof Window.Rolling(Duration length) && isRate(block)) {
            return Math.clamp(length.toSeconds() / WINDOW_SHARE, 1, MAX_RETRY_SECONDS);
        }
        return HELD_RETRY_SECONDS;
    }

    private String scope(Block block) {
        List<String> values = block.account().per();
        if (values.isEmpty()) {
            return "tenant";
        }
        List<String> names =
                budgets.stream()
                        .filter(budget -> budget.id().equals(block.account().budget()))
                        .map(Budget::per)
                        .findFirst()
                        .orElse(List.of());
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            parts.add((i < names.size() ? names.get(i) + "=" : "") + values.get(i));
        }
        return String.join(",", parts);
    }

    private static String message(BlockingBudget blocking) {
        Block block = blocking.block();
        String left = Quantity.text(block.unit(), block.affordable());
        String limit = Quantity.text(block.unit(), block.limit());
        String asked = Quantity.text(block.unit(), block.asked());
        String of = "the budget " + block.name() + " (" + blocking.scope() + ")";
        return switch (block.cause()) {
            case ABOVE_LIMIT -> of + " allows " + limit + "; this call may take " + asked;
            case SPENT ->
                    of + " has " + left + " left of " + limit + "; this call may take " + asked;
            case HELD ->
                    of
                            + " has "
                            + left
                            + " free of "
                            + limit
                            + " while other calls are open; this call may take "
                            + asked;
        };
    }

    private static List<String> suggestions(Block block, Estimate estimate, Route route) {
        List<String> suggestions = new ArrayList<>();
        if (refusal(block) == Refusal.BUDGET_EXHAUSTED) {
            long output = affordableOutput(block, estimate, route);
            if (output > 0) {
                suggestions.add("ask for at most " + output + " output tokens");
            }
            if (Quantity.isMoney(block.unit())) {
                suggestions.add("use a cheaper model or a shorter prompt");
            } else if (block.unit().equals(Unit.TOOL_CALLS)) {
                suggestions.add("ask for a final answer without tools");
            }
            if (block.resetsAt() != null) {
                suggestions.add("wait until " + block.resetsAt());
            }
            suggestions.add("ask for a higher limit");
        } else {
            suggestions.add("try again in " + retryAfter(block) + " s");
        }
        return suggestions;
    }

    /// How many output tokens the budget could pay for beside the input, 0 when none or not so bound.
    private static long affordableOutput(Block block, Estimate estimate, Route route) {
        if (block.unit().equals(Unit.TOKENS)) {
            return Math.max(0, block.affordable() - estimate.inputTokens());
        }
        long rate = route.price().ratesFor(estimate.inputTokens()).of(TokenClass.OUTPUT);
        if (!Quantity.isMoney(block.unit()) || rate == 0) {
            return 0;
        }
        long each = Math.ceilDiv(rate, TOKENS_PER_RATE);
        long inputCost = Math.max(0, block.asked() - estimate.outputTokens() * each);
        long left = Math.max(0, block.affordable() - inputCost);
        return Math.min(estimate.outputTokens(), left / each);
    }
}
