package dev.bursar.gateway;

import dev.bursar.gateway.breaker.BreakerSettings;
import dev.bursar.gateway.cache.CacheSettings;
import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.gateway.routing.RoutingSettings;
import dev.bursar.ledger.TenantId;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// How the gateway behaves. Replaced as a whole by [Gateway#reconfigure].
///
/// @param providers by name
/// @param models names that clients may ask for
/// @param unpriced what happens to models without a price
/// @param maxOutputTokens reserved, and asked of the provider, when the client names no bound
/// @param maxInputTokens reserved for input that cannot be seen: server tools, files
/// @param maxBodyBytes of a request
/// @param clientGone what happens when a client hangs up
/// @param statuses HTTP statuses other than the default ones, 400 to 599
/// @param breakers when a run is noticed, slowed down or stopped
/// @param ladders how budgets change the calls of tenants, by tenant; the rest have the default
/// @param caches what is kept of answers and results
/// @param routing names that clients may ask for and that rules turn into models
public record GatewaySettings(
        SortedMap<String, ProviderSettings> providers,
        SortedMap<String, ModelAlias> models,
        Unpriced unpriced,
        long maxOutputTokens,
        long maxInputTokens,
        int maxBodyBytes,
        ClientGone clientGone,
        Map<Refusal, Integer> statuses,
        BreakerSettings breakers,
        SortedMap<String, LadderSettings> ladders,
        CacheSettings caches,
        RoutingSettings routing) {

    public static final long MAX_OUTPUT_TOKENS = 4_096;
    public static final long MAX_INPUT_TOKENS = 200_000;
    public static final int MAX_BODY_BYTES = 32 * 1024 * 1024;

    /// What happens to a call of a model that has no price.
    public sealed interface Unpriced {

        /// It is denied.
        record Refuse() implements Unpriced {}

        /// It is charged at these rates, in microcents per 1M tokens (1 USD = 10^8).
        record Ceiling(long inputRate, long outputRate) implements Unpriced {

            public Ceiling {
                if (inputRate < 1 || outputRate < 1) {
                    throw new IllegalArgumentException("ceiling rates must be above 0");
                }
            }
        }
    }

    /// What happens to a call whose client hangs up.
    public sealed interface ClientGone {

        /// The provider's connection is cut at once; what was produced is estimated and charged.
        record Cancel() implements ClientGone {}

        /// The answer is read to its end for the exact usage, unless that takes longer or is more
        /// than this: then as [Cancel].
        record Drain(Duration atMost, long bytes) implements ClientGone {

            public Drain {
                if (atMost.toMillis() < 1 || bytes < 1) {
                    throw new IllegalArgumentException("a drain needs time and bytes");
                }
            }
        }
    }

    public GatewaySettings {
        providers = Collections.unmodifiableSortedMap(new TreeMap<>(providers));
        models = Collections.unmodifiableSortedMap(new TreeMap<>(models));
        statuses = Map.copyOf(statuses);
        ladders = Collections.unmodifiableSortedMap(new TreeMap<>(ladders));
        providers.forEach((name, provider) -> {
            if (!name.equals(provider.name())) {
                throw new IllegalArgumentException(
                        "provider " + provider.name() + " is listed as " + name);
            }
        });
        for (Map.Entry<String, ModelAlias> alias : models.entrySet()) {
            if (!providers.containsKey(alias.getValue().provider())) {
                throw new IllegalArgumentException(
                        "model "
                                + alias.getKey()
                                + " names an unknown provider: "
                                + alias.getValue().provider());
            }
        }
        requireRange("max output tokens", maxOutputTokens, 10_000_000);
        requireRange("max input tokens", maxInputTokens, 100_000_000);
        requireRange("max body bytes", maxBodyBytes, 1024 * 1024 * 1024);
        for (Map.Entry<Refusal, Integer> status : statuses.entrySet()) {
            if (status.getValue() < 400 || status.getValue() > 599) {
                throw new IllegalArgumentException(
                        "status of " + status.getKey().code() + " must be 400 to 599");
            }
        }
    }

    /// Providers, and the defaults for everything else.
    public static GatewaySettings of(Map<String, ProviderSettings> providers) {
        return new GatewaySettings(
                new TreeMap<>(providers),
                new TreeMap<>(),
                new Unpriced.Refuse(),
                MAX_OUTPUT_TOKENS,
                MAX_INPUT_TOKENS,
                MAX_BODY_BYTES,
                new ClientGone.Cancel(),
                Map.of(),
                BreakerSettings.DEFAULT,
                new TreeMap<>(),
                CacheSettings.OFF,
                RoutingSettings.NONE);
    }

    /// The same with other breakers.
    public GatewaySettings with(BreakerSettings changed) {
        return with(changed, ladders, caches, routing);
    }

    /// The same with other caches.
    public GatewaySettings withCaches(CacheSettings changed) {
        return with(breakers, ladders, changed, routing);
    }

    /// With how the budgets of tenants change their calls.
    public GatewaySettings withLadders(Map<String, LadderSettings> changed) {
        return with(breakers, new TreeMap<>(changed), caches, routing);
    }

    /// These settings with other routes.
    public GatewaySettings withRouting(RoutingSettings changed) {
        return with(breakers, ladders, caches, changed);
    }

    private GatewaySettings with(
            BreakerSettings otherBreakers,
            SortedMap<String, LadderSettings> otherLadders,
            CacheSettings otherCaches,
            RoutingSettings otherRouting) {
        return new GatewaySettings(
                providers,
                models,
                unpriced,
                maxOutputTokens,
                maxInputTokens,
                maxBodyBytes,
                clientGone,
                statuses,
                otherBreakers,
                otherLadders,
                otherCaches,
                otherRouting);
    }

    LadderSettings ladder(TenantId tenant) {
        return ladders.getOrDefault(tenant.value(), LadderSettings.DEFAULT);
    }

    /// The keys of every provider.
    Map<String, List<ProviderKey>> keys() {
        Map<String, List<ProviderKey>> keys = new TreeMap<>();
        providers.forEach((name, provider) -> keys.put(name, provider.keys()));
        return keys;
    }

    int status(Refusal refusal) {
        return statuses.getOrDefault(refusal, refusal.status());
    }

    private static void requireRange(String what, long value, long max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(what + " must be 1 to " + max + ": " + value);
        }
    }
}
