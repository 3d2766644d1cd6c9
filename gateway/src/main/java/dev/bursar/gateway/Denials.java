package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/// Explains a refused reservation: which case it is, and what would help. The one place where an
/// outcome becomes a case with a status.
final class Denials {

    private static final int HELD_RETRY_SECONDS = 2;

    /// Some clients sleep for as long as they are told.
    private static final int MAX_RETRY_SECONDS = 60;

    private static final long TOKENS_PER_RATE = 1_000_000;
    private static final Duration RATE_WINDOW = Duration.ofHours(1);

    /// Stands for the value of a dimension that the call does not have.
    private static final String NO_VALUE = "(none)";

    private final List<Budget> budgets;
    private final Instant now;

    /// @param budgets to name the dimensions of a balance
    Denials(List<Budget> budgets, Instant now) {
        this.budgets = budgets;
        this.now = now;
    }

    Denial explain(Outcome.Refused refused, Estimate estimate, Route route, int choices) {
        return explain(refused, block -> cheaper(block, estimate, route, choices));
    }

    /// @param cheaper what a smaller call could be, where a budget has too little left for this one
    Denial explain(Outcome.Refused refused, Function<Block, List<String>> cheaper) {
        if (refused.reason() == Reason.TENANT_CLOSED) {
            return Denial.of(Refusal.KEY_SUSPENDED, "the tenant of this key is closed");
        }
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
                    new BlockingBudget(block, refusal, scope(block), suggestions(block, cheaper)));
        }
        // The most severe case decides. Sorting is stable, so the ledger's order holds within a
        // case.
        blocking.sort(Comparator.comparing(BlockingBudget::refusal));
        BlockingBudget first = blocking.getFirst();
        return new Denial(first.refusal(), message(first), null, retryAfter(blocking), blocking);
    }

    private static Refusal refusal(Block block) {
        if (block.approval() != null) {
            return Refusal.APPROVAL_REQUIRED;
        }
        return switch (block.cause()) {
            case FROZEN, CLOSED -> Refusal.BUDGET_FROZEN;
            case OVER_LIMIT, IN_DEBT, ABOVE_LIMIT -> Refusal.BUDGET_EXHAUSTED;
            case HELD -> Refusal.BUDGET_HELD;
            case SPENT -> isRate(block) ? Refusal.RATE_LIMITED : Refusal.BUDGET_EXHAUSTED;
        };
    }

    private static boolean isRate(Block block) {
        return block.window() instanceof Window.Rolling(Duration length)
                && length.compareTo(RATE_WINDOW) <= 0;
    }

    /// 0 when one of the budgets is exhausted; else long enough for the slowest, as far as clients can
    /// be asked to wait.
    private int retryAfter(List<BlockingBudget> blocking) {
        long seconds = 0;
        for (BlockingBudget budget : blocking) {
            if (budget.refusal().needsMoney()) {
                return 0;
            }
            seconds = Math.max(seconds, secondsToWait(budget.refusal(), budget.block()));
        }
        return Math.clamp(seconds, 1, MAX_RETRY_SECONDS);
    }

    private long secondsToWait(Refusal refusal, Block block) {
        Instant resetsAt = block.resetsAt();
        if (refusal == Refusal.BUDGET_HELD || resetsAt == null) {
            return HELD_RETRY_SECONDS;
        }
        return retrySeconds(now.until(resetsAt));
    }

    /// A wait in whole seconds, one at least, as far as clients can be asked to wait.
    static int retrySeconds(Duration wait) {
        return Math.clamp(Math.ceilDiv(wait.toMillis(), 1_000), 1, MAX_RETRY_SECONDS);
    }

    private String scope(Block block) {
        List<String> values = block.account().per();
        if (values.isEmpty()) {
            return "tenant";
        }
        List<String> names = per(block);
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i).isEmpty() ? NO_VALUE : values.get(i);
            parts.add((i < names.size() ? names.get(i) + "=" : "") + value);
        }
        return String.join(",", parts);
    }

    private List<String> per(Block block) {
        return budgets.stream()
                .filter(budget -> budget.id().equals(block.account().budget()))
                .map(Budget::per)
                .findFirst()
                .orElse(List.of());
    }

    private String message(BlockingBudget blocking) {
        Block block = blocking.block();
        String of = "the budget " + block.name() + " (" + blocking.scope() + ")";
        String limit = Quantity.said(block.unit(), block.limit());
        if (Quantity.isTime(block.unit()) && refusal(block) != Refusal.BUDGET_FROZEN) {
            String spent = Quantity.said(block.unit(), block.spent());
            String past =
                    per(block).contains(Subject.RUN)
                            ? "the run has lasted " + spent
                            : spent + " have passed";
            return past + " of at most " + limit + ": the time of " + of + " is over";
        }
        String left = Quantity.said(block.unit(), block.affordable());
        String asked = Quantity.said(block.unit(), block.asked());
        return switch (block.cause()) {
            case FROZEN -> of + " is frozen";
            case CLOSED -> of + " is closed";
            case OVER_LIMIT -> of + " has passed its limit of " + limit + " and must be funded";
            case IN_DEBT ->
                    of
                            + " owes "
                            + Quantity.said(block.unit(), block.debt())
                            + " and must be funded";
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

    private List<String> suggestions(Block block, Function<Block, List<String>> cheaper) {
        List<String> suggestions = new ArrayList<>();
        Refusal refusal = refusal(block);
        if (refusal == Refusal.BUDGET_FROZEN) {
            suggestions.add("ask whoever runs the budgets");
        } else if (refusal.needsMoney()) {
            if (block.approval() != null) {
                suggestions.add("ask for the approval " + block.approval());
            }
            suggestions.addAll(cheaper.apply(block));
            if (Quantity.isTime(block.unit()) && per(block).contains(Subject.RUN)) {
                suggestions.add("begin a new run");
            }
            if (block.cause() == Block.Cause.SPENT && block.resetsAt() != null) {
                suggestions.add("wait until " + block.resetsAt());
            }
            suggestions.add("ask for a higher limit");
        } else {
            suggestions.add("try again in " + secondsToWait(refusal, block) + " s");
        }
        return suggestions;
    }

    private static List<String> cheaper(Block block, Estimate estimate, Route route, int choices) {
        List<String> ways = new ArrayList<>();
        long output = affordableOutput(block, estimate, route) / choices;
        if (output > 0) {
            String each = choices == 1 ? "" : " for each of the " + choices + " answers";
            ways.add("ask for at most " + output + " output tokens" + each);
        }
        if (Quantity.isMoney(block.unit())) {
            ways.add("use a cheaper model or a shorter prompt");
        } else if (block.unit().equals(Unit.TOOL_CALLS)) {
            ways.add("ask for a final answer without tools");
        }
        return ways;
    }

    /// How many output tokens the budget could pay for beside the input, 0 when none or not so bound.
    private static long affordableOutput(Block block, Estimate estimate, Route route) {
        if (block.unit().equals(Unit.TOKENS)) {
            long left = Math.max(0, block.affordable() - estimate.inputTokens());
            return Math.min(estimate.outputTokens(), left);
        }
        long rate = route.price().ratesFor(estimate.inputTokens()).dearest(false);
        if (!Quantity.isMoney(block.unit()) || rate == 0) {
            return 0;
        }
        long each = Math.ceilDiv(rate, TOKENS_PER_RATE);
        long inputCost = Math.max(0, block.asked() - estimate.outputTokens() * each);
        long left = Math.max(0, block.affordable() - inputCost);
        return Math.min(estimate.outputTokens(), left / each);
    }
}
