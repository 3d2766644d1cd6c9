package dev.bursar.pricing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All prices known, with the day each took effect. A correction is a new row with a new date, so
/// that old calls keep the price of their day. Immutable and safe for any number of threads.
///
/// A model that is not in the book is unpriced: `find` is empty, and nothing here ever makes up a
/// price or answers with 0 for it.
public final class PriceBook {

    private static final String BUNDLED = "bundled.prices";

    private final String version;

    /// By every name of a provider.
    private final Map<String, Catalogue> catalogues;

    private final ToolPrices tools;

    PriceBook(String version, Collection<Catalogue> catalogues) {
        this(version, catalogues, ToolPrices.NONE);
    }

    private PriceBook(String version, Collection<Catalogue> catalogues, ToolPrices tools) {
        this.version = version;
        this.tools = tools;
        Map<String, Catalogue> byName = new LinkedHashMap<>();
        for (Catalogue catalogue : catalogues) {
            catalogue.names().forEach(name -> byName.put(name, catalogue));
        }
        this.catalogues = byName;
    }

    /// The book that comes with the program.
    public static PriceBook bundled() {
        return Bundled.BOOK;
    }

    /// A book without a price.
    public static PriceBook empty() {
        return new PriceBook("empty", List.of());
    }

    /// @throws PriceBookException when the file cannot be read or is malformed, with the line
    public static PriceBook read(Path file) {
        try {
            return read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new PriceBookException(file.toString(), 0, "cannot be read", e);
        }
    }

    /// A book from text in the format of the module's README.
    ///
    /// @param source what errors call it
    /// @throws PriceBookException when the text is malformed, with the line
    public static PriceBook read(String source, String text) {
        return new PriceFile(source).read(text);
    }

    /// The day that the book's facts were put together, as its header says.
    public String version() {
        return version;
    }

    /// How many models have a price, over all providers.
    public int size() {
        return distinct().stream().mapToInt(catalogue -> catalogue.models().size()).sum();
    }

    /// The providers' own names, in the order of the book.
    public List<String> providers() {
        return distinct().stream().map(Catalogue::name).toList();
    }

    /// Every row: by provider in the order of the book, then by model and date.
    public List<Price> prices() {
        List<Price> prices = new ArrayList<>();
        for (Catalogue catalogue : distinct()) {
            catalogue.models().stream()
                    .sorted(Comparator.comparing(Catalogue.Model::name))
                    .forEach(model -> prices.addAll(model.rows()));
        }
        return prices;
    }

    /// The names of the models that a provider is listed with, sorted; none of an unknown one.
    public List<String> models(String provider) {
        Catalogue catalogue = catalogue(provider);
        return catalogue == null
                ? List.of()
                : catalogue.models().stream().map(Catalogue.Model::name).sorted().toList();
    }

    /// The price of a model at a moment, or empty: the model is unpriced.
    ///
    /// `provider` is a name of the catalogue (`openai`, `bedrock`, …), not of the configuration. The
    /// model is looked for by its name or an alias; then without what only says where it is served
    /// or since when (path, region, date, revision); then by the longest prefix the book lists; then,
    /// in the same way, at the providers whose models this one sells at their price.
    public Optional<Price> find(String provider, String model, Instant at) {
        Catalogue catalogue = catalogue(provider);
        if (catalogue == null) {
            return Optional.empty();
        }
        Optional<Price> price = catalogue.find(model).flatMap(known -> known.at(at));
        for (String fallback : catalogue.fallbacks()) {
            Catalogue other = catalogues.get(fallback);
            if (price.isEmpty() && other != null) {
                price = other.find(model).flatMap(known -> known.at(at));
            }
        }
        return price;
    }

    /// Whether a provider is listed with a model and its price at a moment, and none is with it whose models
    /// this one sells, too: where both are at hand, the other is the one to ask.
    public boolean listsAsOwn(String provider, String model, Instant at) {
        Catalogue catalogue = catalogue(provider);
        return catalogue != null
                && lists(catalogue, model, at)
                && catalogue.fallbacks().stream()
                        .map(catalogues::get)
                        .noneMatch(other -> other != null && lists(other, model, at));
    }

    private static boolean lists(Catalogue catalogue, String model, Instant at) {
        return catalogue.find(model).flatMap(known -> known.at(at)).isPresent();
    }

    /// The dearest price of a model among all providers that know its name, for an endpoint whose
    /// catalogue nobody named (a proxy, a private deployment). Free prices are left out: that one
    /// provider gives a model away says nothing about another.
    public Optional<Price> findAnywhere(String model, Instant at) {
        return distinct().stream()
                .flatMap(catalogue -> catalogue.find(model).stream())
                .flatMap(known -> known.at(at).stream())
                .filter(price -> !price.free())
                .max(
                        Comparator.comparingLong(price ->
                                price.rates().of(TokenClass.INPUT)
                                        + price.rates().of(TokenClass.OUTPUT)));
    }

    /// This book with prices of one's own. From its date on, such a row stands in the place of every
    /// row of the same provider and model (and of the model's aliases); before it the old rows hold.
    /// A model `text*` stands for all names that begin with the text and are not known otherwise.
    ///
    /// @throws IllegalArgumentException when two of them name the same provider, model and moment
    public PriceBook with(List<Price> overrides) {
        Map<String, List<Price>> byProvider = new LinkedHashMap<>();
        for (Price price : overrides) {
            Catalogue known = catalogue(price.provider());
            String name = known == null ? ModelNames.normal(price.provider()) : known.name();
            byProvider.computeIfAbsent(name, provider -> new ArrayList<>()).add(price);
        }
        Map<String, Catalogue> changed = new LinkedHashMap<>();
        distinct().forEach(catalogue -> changed.put(catalogue.name(), catalogue));
        byProvider.forEach((name, prices) ->
                changed.put(
                        name,
                        changed.getOrDefault(
                                        name, new Catalogue(List.of(name), List.of(), List.of()))
                                .with(prices)));
        return new PriceBook(version, changed.values(), tools);
    }

    /// This book with other prices of tools.
    public PriceBook withTools(ToolPrices changed) {
        return new PriceBook(version, distinct(), changed);
    }

    /// What calls of tools cost.
    public ToolPrices tools() {
        return tools;
    }

    private @Nullable Catalogue catalogue(String provider) {
        Catalogue catalogue = catalogues.get(provider);
        return catalogue != null ? catalogue : catalogues.get(ModelNames.normal(provider));
    }

    private List<Catalogue> distinct() {
        return catalogues.values().stream().distinct().toList();
    }

    /// Read on first use.
    private static final class Bundled {

        private static final PriceBook BOOK = read();

        private static PriceBook read() {
            try (InputStream in = PriceBook.class.getResourceAsStream(BUNDLED)) {
                if (in == null) {
                    throw new PriceBookException(BUNDLED, 0, "is not in the program");
                }
                return PriceBook.read(
                        BUNDLED, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new PriceBookException(BUNDLED, 0, "cannot be read", e);
            }
        }
    }
}
