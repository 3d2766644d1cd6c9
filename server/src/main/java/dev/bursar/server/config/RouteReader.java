package dev.bursar.server.config;

import dev.bursar.gateway.ModelAlias;
import dev.bursar.gateway.ProviderSettings;
import dev.bursar.gateway.routing.CallFacts;
import dev.bursar.gateway.routing.CallFacts.Trait;
import dev.bursar.gateway.routing.Choice;
import dev.bursar.gateway.routing.Condition;
import dev.bursar.gateway.routing.HealthSettings;
import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.gateway.routing.RoutingSettings;
import dev.bursar.gateway.routing.Rule;
import dev.bursar.ledger.Subject;
import dev.bursar.server.config.Node.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Reads `routes` and `provider_health`.
final class RouteReader {

    private static final int MAX_TOKENS = 1_000_000_000;
    private static final int MAX_MODEL_CHARS = 256;

    /// Known only once the call is routed.
    private static final Set<String> LATER = Set.of(Subject.PROVIDER, Subject.TOOL);

    private final Map<String, ProviderSettings> providers;
    private final Map<String, ModelAlias> models;
    private Set<String> names = Set.of();

    RouteReader(Map<String, ProviderSettings> providers, Map<String, ModelAlias> models) {
        this.providers = providers;
        this.models = models;
    }

    /// @param aliases other names of routes, with where they are written
    RoutingSettings read(Node routes, Node health, Map<String, Node.Scalar> aliases) {
        Section section = Section.any(routes);
        names = section.fields().keySet();
        SortedMap<String, RouteRules> byName = new TreeMap<>();
        section.fields()
                .forEach((name, value) -> {
                    if (models.containsKey(name)) {
                        throw section.keyPlace(name)
                                .mistake("is also the name of a model under models");
                    }
                    byName.put(name, route(name, value));
                });
        aliases.forEach((alias, route) -> {
            RouteRules rules = byName.get(route.text());
            if (rules == null) {
                throw route.place().mistake("no such route: " + route.text());
            }
            byName.putIfAbsent(alias, rules);
        });
        return checked(routes.place(), () -> new RoutingSettings(byName, health(health)));
    }

    private RouteRules route(String name, Node node) {
        Section route =
                Section.of(
                        node,
                        "rules",
                        "to",
                        "complexity",
                        "fallback",
                        "sticky",
                        "within",
                        "answer_timeout");
        List<String> fallback = fallback(route, List.of(), name);
        List<Rule> rules = new ArrayList<>();
        for (Node item : Section.items(route.node("rules"))) {
            rules.add(rule(item, rules.size() + 1, fallback, name));
        }
        rules.add(new Rule(Rule.OTHERWISE, Condition.ANY, choice(route, name), fallback));
        String sticky = route.text("sticky").orElse(RouteRules.STICKY);
        if (!sticky.equals(RouteRules.EACH_CALL)) {
            requireDimension(sticky, route.valuePlace("sticky"));
        }
        return checked(
                route.place(),
                () ->
                        new RouteRules(
                                name,
                                rules,
                                sticky,
                                time(route, "within", RouteRules.WITHIN),
                                time(route, "answer_timeout", RouteRules.ANSWER_WITHIN)));
    }

    private Rule rule(Node node, int number, List<String> ofRoute, String route) {
        Section rule = Section.of(node, "name", "when", "to", "complexity", "fallback");
        if (!rule.has("when")) {
            throw rule.place().mistake("needs the key when");
        }
        return checked(
                rule.place(),
                () ->
                        new Rule(
                                rule.text("name").orElse("rule-" + number),
                                condition(rule.node("when")),
                                choice(rule, route),
                                fallback(rule, ofRoute, route)));
    }

    private Choice choice(Section section, String route) {
        if (section.has("to") && section.has("complexity")) {
            throw section.keyPlace("complexity").mistake("only one of to and complexity");
        }
        if (section.has("complexity")) {
            return complexity(section.node("complexity"), route);
        }
        return switch (section.node("to")) {
            case Node.Empty _ -> new Choice.Asked();
            case Node.Mapping mapping -> {
                SortedMap<String, Integer> weights = new TreeMap<>();
                Section shares = Section.any(mapping);
                for (String model : shares.fields().keySet()) {
                    requireModel(model, shares.keyPlace(model), route);
                    weights.put(model, shares.whole(model, 0, 1, Choice.MAX_WEIGHT));
                }
                yield checked(shares.place(), () -> new Choice.Weighted(weights));
            }
            case Node node -> Choice.Weighted.only(model(Section.scalar(node), route));
        };
    }

    private Choice complexity(Node node, String route) {
        Section section = Section.of(node, "simple", "hard", "judge");
        return new Choice.ByComplexity(
                model(section, "simple", route),
                model(section, "hard", route),
                section.has("judge") ? model(section, "judge", route) : "");
    }

    private List<String> fallback(Section section, List<String> otherwise, String route) {
        if (!section.has("fallback")) {
            return otherwise;
        }
        List<String> models = new ArrayList<>();
        for (Node item : Section.items(section.node("fallback"))) {
            models.add(model(Section.scalar(item), route));
        }
        if (models.size() > Rule.MAX_FALLBACKS) {
            throw section.valuePlace("fallback")
                    .mistake("at most " + Rule.MAX_FALLBACKS + " fallbacks");
        }
        return models;
    }

    private String model(Section section, String key, String route) {
        section.requiredText(key);
        return model(Section.scalar(section.node(key)), route);
    }

    private String model(Node.Scalar scalar, String route) {
        requireModel(scalar.text(), scalar.place(), route);
        return scalar.text();
    }

    /// A route leads to models: its own name is the model of that name, another route's is a mistake.
    private void requireModel(String model, Place place, String route) {
        if (model.isBlank() || model.length() > MAX_MODEL_CHARS) {
            throw place.mistake("a model's name has 1 to " + MAX_MODEL_CHARS + " characters");
        }
        if (names.contains(model) && !model.equals(route)) {
            throw place.mistake("a route leads to models, and " + model + " is a route");
        }
        int slash = model.indexOf('/');
        if (providers.size() > 1
                && slash > 0
                && !models.containsKey(model)
                && !providers.containsKey(model.substring(0, slash))) {
            throw place.mistake("no such provider: " + model.substring(0, slash));
        }
    }

    private Condition condition(Node node) {
        Section when = Section.any(node);
        SortedMap<String, SortedSet<String>> words = new TreeMap<>();
        Map<Trait, Boolean> traits = new EnumMap<>(Trait.class);
        for (String key : when.fields().keySet()) {
            switch (key) {
                case "input_tokens", "output_tokens" -> {}
                case "tools", "images", "stream" ->
                        traits.put(Trait.valueOf(key.toUpperCase(Locale.ROOT)), when.flag(key));
                case CallFacts.OPERATION -> words.put(key, operations(when, key));
                default -> {
                    requireDimension(key, when.keyPlace(key));
                    words.put(key, values(when, key));
                }
            }
        }
        Condition.Range input = range(when.node("input_tokens"));
        Condition.Range output = range(when.node("output_tokens"));
        return checked(when.place(), () -> new Condition(words, traits, input, output));
    }

    private static Condition.Range range(Node node) {
        Section range = Section.of(node, "at_least", "below");
        long atLeast = range.whole("at_least", 0, 0, MAX_TOKENS);
        long below = range.has("below") ? range.whole("below", 0, 1, MAX_TOKENS) : Long.MAX_VALUE;
        return checked(range.place(), () -> new Condition.Range(atLeast, below));
    }

    private static SortedSet<String> values(Section when, String key) {
        SortedSet<String> values =
                new TreeSet<>(
                        when.node(key) instanceof Node.Sequence
                                ? when.list(key)
                                : List.of(when.requiredText(key)));
        if (values.isEmpty()) {
            throw when.valuePlace(key).mistake("names no value");
        }
        return values;
    }

    private static SortedSet<String> operations(Section when, String key) {
        SortedSet<String> values = values(when, key);
        for (String value : values) {
            if (!CallFacts.OPERATIONS.contains(value)) {
                throw placeOf(when.node(key), value)
                        .mistake(
                                "no such operation: %s; there are %s"
                                        .formatted(value, String.join(", ", CallFacts.OPERATIONS)));
            }
        }
        return values;
    }

    /// Where a value is written, alone or in a list.
    private static Place placeOf(Node node, String value) {
        if (node instanceof Node.Sequence(Place place, List<Node> items)) {
            return items.stream()
                    .filter(item ->
                            item instanceof Node.Scalar scalar && scalar.text().equals(value))
                    .map(Node::place)
                    .findFirst()
                    .orElse(place);
        }
        return node.place();
    }

    private static void requireDimension(String name, Place place) {
        if (name.equals(CallFacts.REQUEST_TYPE) || name.equals(CallFacts.PRIORITY)) {
            return;
        }
        if (LATER.contains(name)) {
            throw place.mistake(name + " is not known before the call is routed");
        }
        try {
            Subject.of(Map.of(name, "x"));
        } catch (IllegalArgumentException e) {
            throw place.mistake(String.valueOf(e.getMessage()));
        }
    }

    private static HealthSettings health(Node node) {
        Section health = Section.of(node, "failures", "within", "rest", "most_rest");
        HealthSettings usual = HealthSettings.DEFAULT;
        return checked(
                health.place(),
                () ->
                        new HealthSettings(
                                health.whole("failures", usual.failures(), 1, 1_000),
                                time(health, "within", usual.within()),
                                time(health, "rest", usual.rest()),
                                time(health, "most_rest", usual.mostRest())));
    }

    private static Duration time(Section section, String key, Duration otherwise) {
        return section.has(key) ? ConfigReader.duration(section, key) : otherwise;
    }

    private static <T> T checked(Place place, Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw place.mistake(String.valueOf(e.getMessage()));
        }
    }
}
