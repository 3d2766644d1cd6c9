package dev.bursar.pricing;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads one price book: a line is a keyword and its words, and belongs to the `provider` and the
/// `model` above it. The format is described in the module's README. Used once, by one thread.
final class PriceFile {

    static final String FORMAT = "bursar-prices";
    static final int FORMAT_VERSION = 1;

    static final int MAX_LINES = 200_000;
    static final int MAX_LINE_CHARS = 4_096;

    private static final Pattern COMMENT = Pattern.compile("(?:^|\\s)#.*");
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern TOKENS = Pattern.compile("[1-9][0-9]{0,11}");

    private final String source;
    private final List<Catalogue> catalogues = new ArrayList<>();
    private final Set<String> providerNames = new HashSet<>();

    private int line;
    private boolean headerRead;
    private @Nullable String version;
    private @Nullable ProviderBlock provider;
    private @Nullable ModelBlock model;

    PriceFile(String source) {
        this.source = source;
    }

    PriceBook read(String text) {
        for (String content : text.lines().toList()) {
            line++;
            if (line > MAX_LINES || content.length() > MAX_LINE_CHARS) {
                throw problem(
                        "a price book has at most %d lines of %d characters"
                                .formatted(MAX_LINES, MAX_LINE_CHARS));
            }
            List<String> words = words(content);
            if (!words.isEmpty()) {
                readLine(words.getFirst(), words.subList(1, words.size()));
            }
        }
        closeProvider();
        if (version == null || catalogues.isEmpty()) {
            line = 0;
            throw problem("needs a header, a book date and a provider");
        }
        return new PriceBook(version, catalogues);
    }

    private void readLine(String keyword, List<String> words) {
        if (!headerRead) {
            readHeader(keyword, words);
            return;
        }
        try {
            switch (keyword) {
                case "book" -> version = date(only(words)).toString();
                case "provider" -> openProvider(words);
                case "fallback" -> some(words).forEach(this::addFallback);
                case "model" -> openModel(only(words));
                case "also" -> some(words).forEach(this::addAlias);
                case "match" -> some(words).forEach(this::addPrefix);
                case "context" -> unpricedModel().contextWindow = tokens(only(words));
                case "max_output" -> unpricedModel().maxOutputTokens = tokens(only(words));
                case "price" -> addRow(Instant.EPOCH, words);
                case "from" -> addRow(startOf(some(words).getFirst()), rest(words));
                case "over" -> addTier(tokens(some(words).getFirst()), rest(words));
                default -> throw problem("unknown keyword: " + keyword);
            }
        } catch (IllegalArgumentException e) {
            throw new PriceBookException(source, line, String.valueOf(e.getMessage()), e);
        }
    }

    private void readHeader(String keyword, List<String> words) {
        if (!keyword.equals(FORMAT) || !words.equals(List.of(String.valueOf(FORMAT_VERSION)))) {
            throw problem("the first line must be: " + FORMAT + " " + FORMAT_VERSION);
        }
        headerRead = true;
    }

    private void openProvider(List<String> names) {
        closeProvider();
        for (String name : some(names)) {
            if (!providerNames.add(name)) {
                throw problem("provider twice: " + name);
            }
        }
        provider = new ProviderBlock(names);
    }

    private void addFallback(String name) {
        if (!providerNames.contains(name) || provider().names.contains(name)) {
            throw problem("a fallback is a provider above this one: " + name);
        }
        provider().fallbacks.add(name);
    }

    private void openModel(String name) {
        closeModel();
        provider().addName(name);
        model = new ModelBlock(name);
    }

    private void addAlias(String name) {
        provider().addName(name);
        unpricedModel().aliases.add(name);
    }

    private void addPrefix(String pattern) {
        if (!pattern.endsWith("*")) {
            throw problem("a match ends with *: " + pattern);
        }
        provider().addName(pattern);
        unpricedModel().prefixes.add(pattern.substring(0, pattern.length() - 1));
    }

    private void addRow(Instant from, List<String> words) {
        ModelBlock block = model();
        if (!block.rows.isEmpty() && !block.rows.getLast().from().isBefore(from)) {
            throw problem("prices of a model must ascend by date, each date once");
        }
        boolean free = words.equals(List.of("free"));
        String owner = provider().names.getFirst();
        block.rows.add(
                new Price(
                        Price.id(owner, block.name, from),
                        owner,
                        block.name,
                        from,
                        free ? Rates.FREE : rates(words),
                        List.of(),
                        free,
                        block.contextWindow,
                        block.maxOutputTokens));
    }

    private void addTier(long over, List<String> words) {
        ModelBlock block = model();
        if (block.rows.isEmpty()) {
            throw problem("over must stand below a price");
        }
        Price row = block.rows.removeLast();
        block.rows.add(row.withTier(new Price.Tier(over, rates(words))));
    }

    private void closeModel() {
        if (model != null) {
            if (model.rows.isEmpty()) {
                throw problem("the model above has no price: " + model.name);
            }
            provider()
                    .models
                    .add(
                            new Catalogue.Model(
                                    model.name, model.aliases, model.prefixes, model.rows));
        }
        model = null;
    }

    private void closeProvider() {
        closeModel();
        if (provider != null) {
            catalogues.add(new Catalogue(provider.names, provider.fallbacks, provider.models));
        }
        provider = null;
    }

    private ProviderBlock provider() {
        if (provider == null) {
            throw problem("must stand below a provider");
        }
        return provider;
    }

    private ModelBlock model() {
        if (model == null) {
            throw problem("must stand below a model");
        }
        return model;
    }

    private ModelBlock unpricedModel() {
        if (!model().rows.isEmpty()) {
            throw problem("must stand above the prices of its model");
        }
        return model();
    }

    private Rates rates(List<String> words) {
        if (words.isEmpty() || words.size() % 2 != 0) {
            throw problem("expected pairs of token class and USD per 1M tokens, or free");
        }
        Map<TokenClass, Long> rates = new EnumMap<>(TokenClass.class);
        for (int i = 0; i < words.size(); i += 2) {
            String wire = words.get(i);
            TokenClass type =
                    TokenClass.ofWire(wire)
                            .orElseThrow(() -> problem("unknown token class: " + wire));
            if (rates.put(type, Rates.parseUsd(words.get(i + 1))) != null) {
                throw problem("token class twice: " + wire);
            }
        }
        return Rates.of(rates);
    }

    private long tokens(String word) {
        if (!TOKENS.matcher(word).matches()) {
            throw problem("not a number of tokens: " + word);
        }
        return Long.parseLong(word);
    }

    private Instant startOf(String word) {
        return date(word).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private LocalDate date(String word) {
        try {
            return LocalDate.parse(word);
        } catch (DateTimeParseException e) {
            throw new PriceBookException(source, line, "not a date like 2026-01-31: " + word, e);
        }
    }

    private String only(List<String> words) {
        if (words.size() != 1) {
            throw problem("expected one word, found " + words.size());
        }
        return words.getFirst();
    }

    private List<String> some(List<String> words) {
        if (words.isEmpty()) {
            throw problem("nothing after the keyword");
        }
        return words;
    }

    private static List<String> rest(List<String> words) {
        return words.subList(1, words.size());
    }

    /// The words before a `#` that starts a line or follows a blank.
    private static List<String> words(String content) {
        String text = COMMENT.matcher(content).replaceFirst("").strip();
        return text.isEmpty() ? List.of() : List.of(BLANKS.split(text));
    }

    private PriceBookException problem(String problem) {
        return new PriceBookException(source, line, problem);
    }

    /// What is known of a provider while its lines are read.
    private final class ProviderBlock {

        private final List<String> names;
        private final List<String> fallbacks = new ArrayList<>();
        private final List<Catalogue.Model> models = new ArrayList<>();

        /// Names, aliases and patterns of its models: each once.
        private final Set<String> taken = new HashSet<>();

        private ProviderBlock(List<String> names) {
            this.names = List.copyOf(names);
        }

        private void addName(String name) {
            if (!name.equals(ModelNames.normal(name))) {
                throw problem("names are written in lower case: " + name);
            }
            if (!taken.add(name)) {
                throw problem("name twice: " + name);
            }
        }
    }

    /// What is known of a model while its lines are read.
    private static final class ModelBlock {

        private final String name;
        private final Set<String> aliases = new LinkedHashSet<>();
        private final Set<String> prefixes = new LinkedHashSet<>();
        private final List<Price> rows = new ArrayList<>();
        private long contextWindow;
        private long maxOutputTokens;

        private ModelBlock(String name) {
            this.name = name;
        }
    }
}
