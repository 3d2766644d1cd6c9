package dev.bursar.server.config;

import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.server.config.Node.Place;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the budgets of one tenant.
final class BudgetReader {

    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3})\\s*%");

    /// How long the balance of a run outlives its last use.
    static final Duration RUN_IDLE = Duration.ofHours(24);

    private BudgetReader() {}

    /// @param ladder how the tenant's calls are changed
    /// @param notes where to put steps that cannot do anything
    static List<Budget> budgets(
            TenantId tenant, ZoneId zone, Node node, LadderSettings ladder, List<String> notes) {
        List<Budget> budgets = new ArrayList<>();
        Map<String, Place> names = new HashMap<>();
        for (Node item : Section.items(node)) {
            Section section =
                    Section.of(
                            item,
                            "name",
                            "scope",
                            "match",
                            "per",
                            "limit",
                            "every",
                            "mode",
                            "at",
                            "overdraft",
                            "carry_over",
                            "idle");
            String name = section.requiredText("name");
            TenantReader.requireName(name, section.valuePlace("name"));
            TenantReader.requireNew(names, name, section.valuePlace("name"), "the budget " + name);
            Budget budget = budget(tenant, zone, name, section, true);
            budgets.add(budget);
            if (ladder.downgrade().isEmpty() && downgrades(budget)) {
                notes.add(
                        section.keyPlace("at")
                                .note("downgrade does nothing: the tenant names no cheaper model"));
            }
        }
        return budgets;
    }

    /// @param declared whether the file owns it
    static Budget budget(
            TenantId tenant, ZoneId zone, String name, Section section, boolean declared) {
        Quantity limit = Quantity.limit(section.requiredText("limit"), section.valuePlace("limit"));
        Window window =
                section.text("every")
                        .map(every -> Quantity.window(every, zone, section.valuePlace("every")))
                        .orElseGet(Window.Life::new);
        Mode mode = mode(section);
        try {
            return new Budget(
                    new BudgetId(tenant.value() + "/" + name),
                    tenant,
                    name,
                    match(section),
                    per(section),
                    limit.unit(),
                    limit.value(),
                    window,
                    mode,
                    ladder(section, mode, limit.unit()),
                    terms(section, limit, window, declared));
        } catch (IllegalArgumentException e) {
            throw section.place().mistake(String.valueOf(e.getMessage()));
        }
    }

    /// Dimensions that a call must have.
    static SortedMap<String, String> match(Section budget) {
        SortedMap<String, String> match = budget.texts("match");
        Section section = Section.any(budget.node("match"));
        match.forEach((dimension, value) -> {
            try {
                Subject.of(Map.of(dimension, value));
            } catch (IllegalArgumentException e) {
                throw section.keyPlace(dimension).mistake(String.valueOf(e.getMessage()));
            }
        });
        return match;
    }

    private static List<String> per(Section budget) {
        List<String> per = new ArrayList<>();
        for (Node item : Section.items(budget.node("per"))) {
            String dimension = Section.scalar(item).text();
            try {
                Subject.requireDimension(dimension);
            } catch (IllegalArgumentException e) {
                throw item.place().mistake(String.valueOf(e.getMessage()));
            }
            if (per.contains(dimension)) {
                throw item.place().mistake("is there twice: " + dimension);
            }
            per.add(dimension);
        }
        return per;
    }

    /// @param limit of the budget, whose unit `overdraft` and `carry_over` have
    private static Terms terms(Section section, Quantity limit, Window window, boolean declared) {
        return new Terms(
                section.text("scope")
                        .map(path -> scope(path, section.valuePlace("scope")))
                        .orElse(null),
                amount(section, "overdraft", limit),
                carryOver(section, limit, window),
                idle(section, window),
                declared);
    }

    static ScopePath scope(String path, Place place) {
        try {
            return ScopePath.parse(path);
        } catch (IllegalArgumentException e) {
            throw place.mistake(String.valueOf(e.getMessage()));
        }
    }

    /// `true` carries all that is left over, an amount at most that much.
    private static long carryOver(Section section, Quantity limit, Window window) {
        String text = section.text("carry_over").orElse("false");
        if (!text.equals("false") && !(window instanceof Window.Calendar)) {
            throw section.valuePlace("carry_over")
                    .mistake("only days, weeks and months carry something over to the next");
        }
        return switch (text) {
            case "true" -> Budget.MAX_LIMIT;
            case "false" -> 0;
            default -> amount(section, "carry_over", limit);
        };
    }

    private static long amount(Section section, String key, Quantity limit) {
        Optional<String> text = section.text(key);
        if (text.isEmpty()) {
            return 0;
        }
        Place place = section.valuePlace(key);
        Quantity amount = Quantity.limit(text.get(), place);
        if (!amount.unit().equals(limit.unit())) {
            throw place.mistake(key + " has another unit than the limit: " + text.get());
        }
        return amount.value();
    }

    /// Runs end by themselves: what has no end of its own and counts per run is forgotten after a day of
    /// rest, unless the file says otherwise.
    private static @Nullable Duration idle(Section section, Window window) {
        Optional<String> text = section.text("idle");
        if (text.isPresent()) {
            Place place = section.valuePlace("idle");
            Duration idle = Quantity.duration(text.get(), place);
            if (idle.compareTo(Terms.MIN_IDLE) < 0) {
                throw place.mistake("must be at least 1m: " + text.get());
            }
            if (!(window instanceof Window.Life)) {
                throw place.mistake("only accounts for life end by being idle: leave every out");
            }
            return idle;
        }
        return window instanceof Window.Life && per(section).contains(Subject.RUN)
                ? RUN_IDLE
                : null;
    }

    private static Mode mode(Section budget) {
        String written = budget.text("mode").orElse("hard");
        return switch (written) {
            case "hard" -> Mode.HARD;
            case "soft" -> Mode.SOFT;
            case "shadow" -> Mode.SHADOW;
            default ->
                    throw budget.valuePlace("mode")
                            .mistake("must be hard, soft or shadow: " + written);
        };
    }

    private static List<Step> ladder(Section budget, Mode mode, Unit unit) {
        Section at = Section.any(budget.node("at"));
        List<Step> ladder = new ArrayList<>();
        at.fields()
                .forEach((key, value) -> {
                    Matcher percent = PERCENT.matcher(key.strip());
                    int number = percent.matches() ? Integer.parseInt(percent.group(1)) : 0;
                    if (number < 1 || number > 100) {
                        throw at.keyPlace(key).mistake("must be 1% to 100%");
                    }
                    for (Node action : actions(value)) {
                        Step step = step(number, action, mode);
                        if (step.action() == Step.Action.CLAMP && !isClampable(unit)) {
                            throw action.place()
                                    .mistake("only budgets of USD or tokens can clamp the output");
                        }
                        ladder.add(step);
                    }
                });
        ladder.sort(Comparator.comparingInt(Step::percent));
        return ladder;
    }

    private static boolean downgrades(Budget budget) {
        return budget.ladder().stream().anyMatch(step -> step.action() == Step.Action.DOWNGRADE);
    }

    private static List<Node> actions(Node at) {
        return at instanceof Node.Sequence sequence ? sequence.items() : List.of(at);
    }

    private static Step step(int percent, Node node, Mode mode) {
        if (node instanceof Node.Mapping mapping) {
            Section disable = Section.of(mapping, "disable");
            List<String> tools = disable.list("disable");
            if (tools.isEmpty()) {
                throw mapping.place().mistake("names no tool to disable");
            }
            return new Step(percent, Step.Action.DISABLE, tools);
        }
        String written = Section.scalar(node).text();
        Step.Action action =
                switch (written.toLowerCase(Locale.ROOT)) {
                    case "alert" -> Step.Action.ALERT;
                    case "clamp" -> Step.Action.CLAMP;
                    case "downgrade" -> Step.Action.DOWNGRADE;
                    case "defer" -> Step.Action.DEFER;
                    case "approve" -> Step.Action.APPROVE;
                    case "deny" -> Step.Action.DENY;
                    default ->
                            throw node.place()
                                    .mistake(
                                            "must be alert, clamp, downgrade, defer, approve,"
                                                    + " deny or disable: [tool…]: "
                                                    + written);
                };
        if (mode == Mode.SOFT && refuses(action)) {
            throw node.place().mistake("a soft budget never refuses, so it cannot " + written);
        }
        return new Step(percent, action, List.of());
    }

    private static boolean isClampable(Unit unit) {
        return unit.equals(Unit.USD_MICROCENTS) || unit.equals(Unit.TOKENS);
    }

    private static boolean refuses(Step.Action action) {
        return switch (action) {
            case DEFER, APPROVE, DENY -> true;
            case ALERT, CLAMP, DOWNGRADE, DISABLE -> false;
        };
    }
}
