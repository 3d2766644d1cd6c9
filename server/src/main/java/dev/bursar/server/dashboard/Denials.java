package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.DenialView;
import dev.bursar.server.dashboard.view.Fact;
import dev.bursar.usage.CallDetail;
import dev.bursar.usage.CallDetail.BlockRow;
import dev.bursar.usage.CallRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Why a call was refused and what can be done, for the person who wants to know.
final class Denials {

    /// Windows that end at a moment; in others, amounts leave one by one.
    private static final List<String> CALENDAR = List.of("day", "week", "month");

    private Denials() {}

    static DenialView view(CallDetail detail, Clock clock) {
        CallRow call = detail.call();
        List<DenialView.Block> blocks =
                detail.blocks().stream().map(block -> block(call, block, clock)).toList();
        String text =
                blocks.isEmpty()
                        ? (isOfRun(call) ? "Its run was stopped. " : "")
                                + "It was refused before it was made, and nothing was spent."
                        : "%s could not cover it. It was refused before it was made, and nothing was spent."
                                .formatted(
                                        blocks.size() == 1
                                                ? "A budget"
                                                : Counts.of(blocks.size(), "budget", "budgets"));
        return new DenialView(
                "Denied: " + call.denial().replace('_', ' '),
                text,
                call.denial(),
                blocks,
                todo(detail, clock));
    }

    private static boolean isOfRun(CallRow call) {
        return call.denial().equals(RunStops.RUN_STOPPED);
    }

    private static DenialView.Block block(CallRow call, BlockRow block, Clock clock) {
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("Limit", Counts.of(block.unit(), block.limit())));
        facts.add(Fact.of("Spent", Counts.of(block.unit(), block.spent())));
        facts.add(Fact.of("Held", Counts.of(block.unit(), block.held())));
        facts.add(Fact.of("Asked", Counts.of(block.unit(), block.asked())));
        facts.add(Fact.of("Affordable", Counts.of(block.unit(), block.affordable())));
        Instant resets = block.resetsAt();
        if (resets != null) {
            facts.add(Fact.of("Resets", clock.relative(resets)).note(clock.full(resets)));
        } else {
            facts.add(
                    Fact.of("Resets", "life".equals(block.window()) ? "never" : "as time passes"));
        }
        String account =
                block.account().stream()
                        .map(value -> value.isEmpty() ? "(none)" : value)
                        .collect(Collectors.joining(" · "));
        return new DenialView.Block(
                block.name(),
                Address.budget(call.tenant(), block.name()).text(),
                account.isEmpty() ? "whole tenant" : account,
                Budgets.bar(block.unit(), block.spent(), block.held(), block.limit()),
                cause(block),
                facts);
    }

    private static String cause(BlockRow block) {
        return switch (block.cause()) {
            case "above_limit" -> "It asked for more than the whole limit: it can never fit.";
            case "held" -> "What other calls hold is in the way: it may fit when they settle.";
            default -> "What is spent leaves too little, even when every hold is returned.";
        };
    }

    private static List<String> todo(CallDetail detail, Clock clock) {
        List<String> todo = new ArrayList<>();
        if (isOfRun(detail.call())) {
            todo.add("Look at the run: its page says who or what stopped it, and why.");
            todo.add("Resume it there, or begin a new run once the agent is mended.");
        }
        for (BlockRow block : detail.blocks()) {
            String name = "“" + block.name() + "”";
            Instant resets = block.resetsAt();
            if ("held".equals(block.cause())) {
                todo.add(
                        "Try again in a few seconds: calls in flight hold a part of " + name + ".");
            } else if ("spent".equals(block.cause())
                    && resets != null
                    && resets.isAfter(clock.now())) {
                todo.add(
                        "Wait until %s %s %s, at %s."
                                .formatted(
                                        name,
                                        CALENDAR.contains(block.window())
                                                ? "starts again"
                                                : "has room again",
                                        clock.relative(resets),
                                        clock.full(resets)));
            }
            if (block.affordable() > 0) {
                todo.add(
                        "Ask for at most %s: a smaller max_tokens, a shorter prompt or a cheaper model."
                                .formatted(Counts.of(block.unit(), block.affordable())));
            }
            todo.add(
                    "Raise the limit of "
                            + name
                            + " in bursar.yaml, then reload the configuration.");
        }
        if (!detail.blocks().isEmpty()) {
            todo.add("Look at the run: a loop that spends this fast may be what should be fixed.");
        }
        return todo;
    }
}
