package dev.bursar.gateway;

import dev.bursar.gateway.GatewaySettings.Unpriced;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.Rates;
import dev.bursar.pricing.TokenClass;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Decides which provider serves a model, under which name and at which price.
///
/// In this order: an alias of the configuration; `provider/model`; a deployment of Azure that has another
/// name than its model; the provider that is named like the dialect, when the price book lists the model
/// there; any provider of the dialect that lists it, by name; any provider of another dialect that lists
/// it, by name, where there is a translation; then, by dialect as before, those that have a price for it as one
/// that they sell for another; the provider named like the dialect; the only provider of the dialect.
final class Routes {

    private final GatewaySettings settings;
    private final PriceBook book;

    Routes(GatewaySettings settings, PriceBook book) {
        this.settings = settings;
        this.book = book;
    }

    /// @param at the moment whose prices hold for the call
    /// @param priced whether somebody stated the price; else it is the ceiling
    record Route(
            ProviderSettings provider, String model, Price price, boolean priced, Instant at) {}

    /// Where a model is served.
    ///
    /// @param model the provider's name of it
    record Endpoint(ProviderSettings provider, String model) {}

    /// @throws RefusedException when no provider serves the model
    Endpoint endpoint(Operation operation, String requested, Instant at) {
        ModelAlias target = target(operation, requested, at);
        ProviderSettings provider = settings.providers().get(target.provider());
        if (provider == null || !Crossing.isServed(operation, provider)) {
            throw new RefusedException(
                    Refusal.MODEL_NOT_FOUND,
                    "the model " + requested + " is not served as " + operation.label());
        }
        return new Endpoint(provider, provider.modelOf(target.model()));
    }

    /// Whether a provider serves a model.
    boolean serves(Operation operation, String model, Instant at) {
        try {
            endpoint(operation, model, at);
            return true;
        } catch (RefusedException refused) {
            return false;
        }
    }

    /// @throws RefusedException when no provider serves the model, or it must have a price and has none
    Route find(Operation operation, String requested, Instant at, GatewayMeter meter) {
        Endpoint target = endpoint(operation, requested, at);
        ProviderSettings provider = target.provider();
        Optional<Price> price = price(provider, target.model(), at);
        if (price.isPresent()) {
            return new Route(provider, target.model(), price.get(), true, at);
        }
        meter.unpriced(provider.name(), target.model());
        return switch (settings.unpriced()) {
            case Unpriced.Refuse _ ->
                    throw new RefusedException(
                            Refusal.MODEL_UNPRICED,
                            "the model "
                                    + target.model()
                                    + " of "
                                    + provider.name()
                                    + " has no price; add one under prices in the configuration");
            case Unpriced.Ceiling ceiling ->
                    new Route(
                            provider, target.model(), price(ceiling, provider, target), false, at);
        };
    }

    private ModelAlias target(Operation operation, String requested, Instant at) {
        ModelAlias alias = settings.models().get(requested);
        if (alias != null) {
            return alias;
        }
        int slash = requested.indexOf('/');
        if (slash > 0 && slash < requested.length() - 1) {
            String named = requested.substring(0, slash);
            if (settings.providers().containsKey(named)) {
                return new ModelAlias(named, requested.substring(slash + 1));
            }
        }
        String provider =
                settings.providers().values().stream()
                        .filter(one -> one.dialect() == operation.dialect())
                        .filter(one -> one.deploysAs(requested))
                        .map(ProviderSettings::name)
                        .findFirst()
                        .orElseGet(() -> provider(operation, requested, at));
        return new ModelAlias(provider, requested);
    }

    private String provider(Operation operation, String model, Instant at) {
        Dialect dialect = operation.dialect();
        ProviderSettings named = settings.providers().get(dialect.wire());
        ProviderSettings usual = named != null && named.dialect() == dialect ? named : null;
        if (usual != null && lists(usual, model, at)) {
            return usual.name();
        }
        List<ProviderSettings> own =
                settings.providers().values().stream()
                        .filter(provider -> provider.dialect() == dialect)
                        .toList();
        return first(own.stream(), one -> lists(one, model, at))
                .or(() -> first(translated(operation), one -> lists(one, model, at)))
                .or(() -> first(own.stream(), one -> prices(one, model, at)))
                .or(() -> first(translated(operation), one -> prices(one, model, at)))
                .or(() -> Optional.ofNullable(usual))
                .or(() -> own.size() == 1 ? Optional.of(own.getFirst()) : Optional.empty())
                .orElseThrow(() -> nobody(dialect, model, own.isEmpty()))
                .name();
    }

    private Stream<ProviderSettings> translated(Operation operation) {
        return settings.providers().values().stream()
                .filter(provider -> provider.dialect() != operation.dialect())
                .filter(provider -> Crossing.isServed(operation, provider));
    }

    private static Optional<ProviderSettings> first(
            Stream<ProviderSettings> providers, Predicate<ProviderSettings> with) {
        return providers.filter(provider -> !provider.free()).filter(with).findFirst();
    }

    private boolean lists(ProviderSettings provider, String model, Instant at) {
        return provider.free() || book.listsAsOwn(provider.name(), model, at);
    }

    private boolean prices(ProviderSettings provider, String model, Instant at) {
        return price(provider, model, at).isPresent();
    }

    private static RefusedException nobody(Dialect dialect, String model, boolean none) {
        return new RefusedException(
                Refusal.MODEL_NOT_FOUND,
                none
                        ? "no provider of the dialect " + dialect.wire() + " is configured"
                        : "no provider is known to serve the model "
                                + model
                                + "; ask for it as provider/model");
    }

    /// The names of the models that the price book lists for a provider, and that it serves in its dialect:
    /// what Google sells for others it does not serve as Gemini.
    List<String> models(ProviderSettings provider, Instant at) {
        if (provider.free()) {
            return List.of();
        }
        Stream<String> listed = book.models(provider.name()).stream();
        return provider.dialect() == Dialect.GEMINI
                ? listed.filter(model -> lists(provider, model, at)).toList()
                : listed.toList();
    }

    /// The price of a model at a provider, or empty when nobody stated one.
    Optional<Price> price(ProviderSettings provider, String model, Instant at) {
        return provider.free()
                ? Optional.of(Price.free(provider.name(), model))
                : book.find(provider.name(), model, at);
    }

    private static Price price(
            Unpriced.Ceiling ceiling, ProviderSettings provider, Endpoint target) {
        Rates rates =
                Rates.of(
                        Map.of(
                                TokenClass.INPUT, ceiling.inputRate(),
                                TokenClass.OUTPUT, ceiling.outputRate()));
        return Price.of(provider.name(), target.model(), Instant.EPOCH, rates);
    }
}
