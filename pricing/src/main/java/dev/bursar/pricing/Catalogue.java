package dev.bursar.pricing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// The models of one provider and the names they go by. Immutable but for a cache of names already
/// resolved; safe for any number of threads.
final class Catalogue {

    /// Names resolved by rule that are remembered, misses too. Full means starting anew: names come
    /// from clients, so the cache must not grow with them.
    static final int MAX_CACHED_NAMES = 4096;

    private final List<String> names;
    private final List<String> fallbacks;
    private final List<Model> models;

    /// By model name and alias, in lower case.
    private final Map<String, Model> exact = new HashMap<>();

    /// Longest prefix first.
    private final List<Prefix> prefixes = new ArrayList<>();

    private final Map<String, Optional<Model>> resolved = new ConcurrentHashMap<>();

    /// @param names what the provider is called, its own name first
    /// @param fallbacks providers whose models this one sells at their price
    Catalogue(List<String> names, List<String> fallbacks, Collection<Model> models) {
        this.names = List.copyOf(names);
        this.fallbacks = List.copyOf(fallbacks);
        this.models = List.copyOf(models);
        for (Model model : models) {
            exact.put(ModelNames.normal(model.name()), model);
            model.aliases().forEach(alias -> exact.put(alias, model));
            model.prefixes().forEach(prefix -> prefixes.add(new Prefix(prefix, model)));
        }
        prefixes.sort(Comparator.comparingInt(prefix -> -prefix.text().length()));
    }

    String name() {
        return names.getFirst();
    }

    List<String> names() {
        return names;
    }

    List<String> fallbacks() {
        return fallbacks;
    }

    List<Model> models() {
        return models;
    }

    /// The model that goes by this name: its own name or an alias, then the spellings of
    /// [ModelNames], then the longest prefix.
    Optional<Model> find(String name) {
        Model known = exact.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        if (name.length() > Price.MAX_NAME_CHARS) {
            return Optional.empty();
        }
        Optional<Model> cached = resolved.get(name);
        if (cached != null) {
            return cached;
        }
        if (resolved.size() >= MAX_CACHED_NAMES) {
            resolved.clear();
        }
        Optional<Model> found = resolve(name);
        resolved.put(name, found);
        return found;
    }

    int cachedNames() {
        return resolved.size();
    }

    /// These models with `overrides` in the place of every price of theirs from the same day on.
    ///
    /// @throws IllegalArgumentException when two overrides name the same model and moment
    Catalogue with(List<Price> overrides) {
        Map<String, List<Price>> rows = new LinkedHashMap<>();
        for (Price price : overrides) {
            rows.computeIfAbsent(ModelNames.normal(price.model()), name -> new ArrayList<>())
                    .add(price);
        }
        Map<String, Model> changed = new LinkedHashMap<>();
        for (Model model : models) {
            changed.put(ModelNames.normal(model.name()), model.without(rows.keySet()));
        }
        rows.forEach((name, prices) -> changed.put(name, overridden(name, prices)));
        return new Catalogue(names, fallbacks, changed.values());
    }

    private Model overridden(String name, List<Price> overrides) {
        TreeMap<Instant, Price> history = new TreeMap<>();
        for (Price price : overrides) {
            if (history.put(price.from(), price) != null) {
                throw new IllegalArgumentException("two prices called " + price.id());
            }
        }
        Instant first = history.firstKey();
        boolean prefix = name.endsWith("*");
        Optional<Model> base = prefix ? Optional.ofNullable(exact.get(name)) : find(name);
        base.ifPresent(model ->
                model.rows().stream()
                        .filter(row -> row.from().isBefore(first))
                        .forEach(row -> history.put(row.from(), row)));
        List<Price> rows = List.copyOf(history.values());
        Model same = exact.get(name);
        if (same != null && ModelNames.normal(same.name()).equals(name)) {
            return new Model(same.name(), same.aliases(), same.prefixes(), rows);
        }
        Set<String> prefixes = prefix ? Set.of(name.substring(0, name.length() - 1)) : Set.of();
        return new Model(overrides.getFirst().model(), Set.of(), prefixes, rows);
    }

    private Optional<Model> resolve(String name) {
        List<String> spellings = ModelNames.spellings(name, names);
        for (String spelling : spellings) {
            Model model = exact.get(spelling);
            if (model != null) {
                return Optional.of(model);
            }
        }
        for (Prefix prefix : prefixes) {
            for (String spelling : spellings) {
                if (spelling.startsWith(prefix.text())) {
                    return Optional.of(prefix.model());
                }
            }
        }
        return Optional.empty();
    }

    private record Prefix(String text, Model model) {}

    /// One model: its other names in lower case, prefixes that stand for it, and its prices by
    /// ascending `from`.
    record Model(String name, Set<String> aliases, Set<String> prefixes, List<Price> rows) {

        Model {
            aliases = Set.copyOf(aliases);
            prefixes = Set.copyOf(prefixes);
            rows = List.copyOf(rows);
        }

        /// The price that holds at this moment; none before the first row.
        Optional<Price> at(Instant moment) {
            for (int i = rows.size() - 1; i >= 0; i--) {
                if (!moment.isBefore(rows.get(i).from())) {
                    return Optional.of(rows.get(i));
                }
            }
            return Optional.empty();
        }

        private Model without(Set<String> names) {
            Set<String> kept = new LinkedHashSet<>(aliases);
            kept.removeAll(names);
            return new Model(name, kept, prefixes, rows);
        }
    }
}
