package dev.bursar.server.config;

import dev.bursar.gateway.AzureApi;
import dev.bursar.gateway.Dialect;
import dev.bursar.gateway.ModelAlias;
import dev.bursar.gateway.ProviderSettings;
import dev.bursar.gateway.routing.ProviderKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Reads `providers` and `models`.
final class ProviderReader {

    private static final String OPENAI_URL = "https://api.openai.com/v1";

    private static final String ANTHROPIC_URL = "https://api.anthropic.com";

    private static final String GEMINI_URL = "https://generativelanguage.googleapis.com";

    /// Each region has an address of its own.
    private static final String BEDROCK_URL = "https://bedrock-runtime.us-east-1.amazonaws.com";

    private final KeyReader keys;

    /// The names under `models` that stand for a route, and the route.
    private final SortedMap<String, Node.Scalar> routeAliases = new TreeMap<>();

    ProviderReader(Map<String, String> environment, List<String> notes) {
        this.keys = new KeyReader(environment, notes);
    }

    /// The providers of the file. Without any, the public ones of all dialects: their keys are in the
    /// environment, or the clients bring their own.
    SortedMap<String, ProviderSettings> providers(Node node) {
        SortedMap<String, ProviderSettings> providers = new TreeMap<>();
        Section.any(node)
                .fields()
                .forEach((name, value) -> providers.put(name, provider(name, value)));
        if (providers.isEmpty()) {
            for (Dialect dialect : Dialect.values()) {
                String name = dialect.wire();
                providers.put(
                        name,
                        ProviderSettings.of(
                                name, dialect, URI.create(url(dialect)), keys.usual(name)));
            }
        }
        return providers;
    }

    private ProviderSettings provider(String name, Node node) {
        Section section =
                Section.of(
                        node,
                        "dialect",
                        "base_url",
                        "api",
                        "api_version",
                        "deployments",
                        "api_key",
                        "api_key_file",
                        "api_keys",
                        "allow_private",
                        "prices",
                        "connect_timeout",
                        "answer_timeout",
                        "idle_timeout",
                        "call_timeout");
        Dialect dialect = dialect(name, section);
        AzureApi azure = AzureReader.read(section, dialect);
        String written = section.text("base_url").orElse(url(dialect));
        List<ProviderKey> ofProvider = keys.keys(name, section);
        try {
            ProviderSettings provider =
                    ProviderSettings.of(name, dialect, new URI(written), null)
                            .withKeys(ofProvider)
                            .onAzure(azure);
            return reachable(
                    section, timeouts(section, free(section) ? provider.asFree() : provider));
        } catch (URISyntaxException e) {
            throw section.valuePlace("base_url").mistake("not a URL: " + written);
        } catch (IllegalArgumentException e) {
            throw section.valuePlace("base_url").mistake(String.valueOf(e.getMessage()));
        }
    }

    private static ProviderSettings reachable(Section section, ProviderSettings provider) {
        ProviderSettings placed =
                section.flag("allow_private") ? provider.withPrivateAddresses() : provider;
        if (!placed.isInReach()) {
            throw section.valuePlace("base_url")
                    .mistake("a link-local address; say allow_private: true if that is meant");
        }
        return placed;
    }

    /// The one named by `dialect`, or else by the name of the provider.
    private static Dialect dialect(String name, Section section) {
        String wire = section.text("dialect").orElse(name);
        Optional<Dialect> found =
                Arrays.stream(Dialect.values()).filter(d -> d.wire().equals(wire)).findFirst();
        return found.orElseThrow(() -> {
            String known =
                    Arrays.stream(Dialect.values())
                            .map(Dialect::wire)
                            .collect(Collectors.joining(", "));
            return section.valuePlace("dialect").mistake("must be one of " + known);
        });
    }

    private static boolean free(Section section) {
        Optional<String> prices = section.text("prices");
        if (prices.isPresent() && !prices.get().equals("free")) {
            throw section.valuePlace("prices").mistake("must be free, or left out");
        }
        return prices.isPresent();
    }

    private static ProviderSettings timeouts(Section section, ProviderSettings provider) {
        return provider.withTimeouts(
                section.has("connect_timeout")
                        ? ConfigReader.duration(section, "connect_timeout")
                        : provider.connectTimeout(),
                section.has("answer_timeout")
                        ? ConfigReader.duration(section, "answer_timeout")
                        : provider.answerTimeout(),
                section.has("idle_timeout")
                        ? ConfigReader.duration(section, "idle_timeout")
                        : provider.idleTimeout(),
                section.has("call_timeout")
                        ? ConfigReader.duration(section, "call_timeout")
                        : provider.callTimeout());
    }

    SortedMap<String, ModelAlias> models(Node node, Map<String, ProviderSettings> providers) {
        SortedMap<String, ModelAlias> models = new TreeMap<>();
        Section.any(node)
                .fields()
                .forEach((name, value) -> {
                    Section alias = Section.of(value, "provider", "model", "route");
                    if (alias.has("route")) {
                        routeAliases.put(name, route(alias));
                        return;
                    }
                    String provider = alias.requiredText("provider");
                    if (!providers.containsKey(provider)) {
                        throw alias.valuePlace("provider").mistake("no such provider: " + provider);
                    }
                    models.put(name, new ModelAlias(provider, alias.requiredText("model")));
                });
        return models;
    }

    private static Node.Scalar route(Section alias) {
        if (alias.has("provider") || alias.has("model")) {
            throw alias.keyPlace("route").mistake("only a route, or a provider and its model");
        }
        return Section.scalar(alias.node("route"));
    }

    /// Known once [#models] was called.
    SortedMap<String, Node.Scalar> routeAliases() {
        return routeAliases;
    }

    private static String url(Dialect dialect) {
        return switch (dialect) {
            case OPENAI -> OPENAI_URL;
            case ANTHROPIC -> ANTHROPIC_URL;
            case GEMINI -> GEMINI_URL;
            case BEDROCK -> BEDROCK_URL;
        };
    }
}
