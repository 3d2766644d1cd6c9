package dev.bursar.gateway.ladder;

import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.Rung;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What is done with a call, by what the ledger told of the ladders it has climbed.
///
/// @param first what is tried before the call waits; null when it waits at once
/// @param defer whether the call waits for room
/// @param last what is done with a call that does not wait, or has waited long enough
/// @param shadow what the ladders of shadow budgets would have done, `name=would_clamp+would_deny`, or ""
public record Plan(@Nullable Changes first, boolean defer, Changes last, String shadow) {

    /// How a call is changed.
    ///
    /// @param disabled tools and features that it may not use, and the budget that says so
    /// @param downgrade whether a cheaper model is to serve it
    /// @param clamp whether budgets that clamp may give it less output than it asks for; shadow budgets
    ///     judge by it whether they would have refused
    public record Changes(SortedMap<String, String> disabled, boolean downgrade, boolean clamp) {

        public Changes {
            disabled = Collections.unmodifiableSortedMap(new TreeMap<>(disabled));
        }
    }

    /// What can be done with a call at all.
    ///
    /// @param batch whether nobody waits for the answer
    /// @param downgradable whether there is a cheaper model
    /// @param clampable whether its output can be bounded
    /// @param uses whether it has one of these tools and features
    public record Options(
            boolean batch, boolean downgradable, boolean clampable, Predicate<List<String>> uses) {}

    /// @param rungs as told by the ledger
    public static Plan of(List<Rung> rungs, Options options) {
        List<Rung> real = rungs.stream().filter(rung -> !isShadow(rung)).toList();
        boolean defer = options.batch() && defers(real);
        boolean early =
                defer && real.stream().filter(Plan::hasDefer).allMatch(Plan::changesBeforeDefer);
        return new Plan(
                early ? changes(rungs, true) : null,
                defer,
                changes(rungs, false),
                shadow(rungs, options));
    }

    /// Whether waiting is asked for, and can help: every budget in the way must be one that defers, and
    /// have a limit that the call fits in.
    private static boolean defers(List<Rung> rungs) {
        return rungs.stream().anyMatch(Plan::hasDefer)
                && rungs.stream()
                        .filter(rung -> rung.blocked() != null)
                        .allMatch(rung ->
                                hasDefer(rung) && rung.blocked() != Block.Cause.ABOVE_LIMIT);
    }

    private static boolean hasDefer(Rung rung) {
        return rung.steps().stream().anyMatch(step -> step.action() == Action.DEFER);
    }

    private static boolean changesBeforeDefer(Rung rung) {
        return beforeDefer(rung.steps()).stream().anyMatch(step -> step.action().changesCalls());
    }

    private static List<Budget.Step> beforeDefer(List<Budget.Step> steps) {
        return steps.stream().takeWhile(step -> step.action() != Action.DEFER).toList();
    }

    private static Changes changes(List<Rung> rungs, boolean beforeDefer) {
        SortedMap<String, String> disabled = new TreeMap<>();
        boolean downgrade = false;
        boolean clamp = false;
        for (Rung rung : rungs) {
            for (Budget.Step step : beforeDefer ? beforeDefer(rung.steps()) : rung.steps()) {
                if (isShadow(rung) && step.action() != Action.CLAMP) {
                    continue;
                }
                switch (step.action()) {
                    case DISABLE ->
                            step.tools().forEach(tool -> disabled.putIfAbsent(tool, rung.name()));
                    case DOWNGRADE -> downgrade = true;
                    case CLAMP -> clamp = true;
                    case ALERT, DEFER, APPROVE, DENY -> {}
                }
            }
        }
        return new Changes(disabled, downgrade, clamp);
    }

    private static boolean isShadow(Rung rung) {
        return rung.mode() == Budget.Mode.SHADOW;
    }

    private static String shadow(List<Rung> rungs, Options options) {
        List<String> told = new ArrayList<>();
        for (Rung rung : rungs) {
            if (isShadow(rung)) {
                List<String> would = would(rung, options);
                if (!would.isEmpty()) {
                    told.add(rung.name() + "=" + String.join("+", would));
                }
            }
        }
        return String.join(", ", told);
    }

    /// In the order of the ladder; where no step makes another call of it, a budget in the way refuses.
    private static List<String> would(Rung rung, Options options) {
        List<String> would = new ArrayList<>();
        for (Budget.Step step : rung.steps()) {
            boolean could =
                    switch (step.action()) {
                        case CLAMP -> options.clampable();
                        case DISABLE -> options.uses().test(step.tools());
                        case DOWNGRADE -> options.downgradable();
                        case DEFER -> options.batch();
                        case ALERT, APPROVE, DENY -> false;
                    };
            if (could) {
                would.add("would_" + step.action().name().toLowerCase(Locale.ROOT));
            }
        }
        if (rung.blocked() != null && would.isEmpty()) {
            boolean asks = rung.steps().stream().anyMatch(step -> step.action() == Action.APPROVE);
            would.add(asks ? "would_ask" : "would_deny");
        }
        return would;
    }
}
