package dev.bursar.server.config;

import dev.bursar.gateway.Dialect;
import dev.bursar.gateway.ModelAlias;
import dev.bursar.gateway.ProviderSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads `providers` and `models`.
final class ProviderReader {

    private static final String OPENAI_URL = "https://api.openai.com/v1";

    private static final String ANTHROPIC_URL = "https://api.anthropic.com";

    private static final String GEMINI_URL = "https://generativelanguage.googleapis.com";

    private final Map<String, String> environment;

    private final List<String> notes;

    ProviderReader(Map<String, String> environment, List<String> notes) {
        this.environment = environment;
        this.notes = notes;
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
                        ProviderSettings.of(name, dialect, URI.create(url(dialect)), key(name)));
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
                        "api_key",
                        "prices",
                        "connect_timeout",
                        "answer_timeout",
                        "idle_timeout",
                        "call_timeout");
        Dialect dialect = dialect(name, section);
        String written = section.text("base_url").orElse(url(dialect));
        String apiKey = section.textIfSet("api_key").orElseGet(() -> key(name));
        if (apiKey == null && section.node("api_key") instanceof Node.Unset unset) {
            notes.add(
                    unset.place()
                            .note(
                                    "the environment has no %s, so calls are sent without a key"
                                            .formatted(unset.variable())));
        }
        if (apiKey != null && !Secrets.isSoundAbroad(apiKey)) {
            throw section.valuePlace("api_key").mistake(Secrets.RULE_ABROAD);
        }
        try {
            ProviderSettings provider =
                    ProviderSettings.of(name, dialect, new URI(written), apiKey);
            return timeouts(section, free(section) ? provider.asFree() : provider);
        } catch (URISyntaxException e) {
            throw section.valuePlace("base_url").mistake("not a URL: " + written);
        } catch (IllegalArgumentException e) {
            throw section.valuePlace("base_url").mistake(String.valueOf(e.getMessage()));
        }
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
                    Section alias = Section.of(value, "provider", "model");
                    String provider = alias.requiredText("provider");
                    if (!providers.containsKey(provider)) {
                        throw alias.valuePlace("provider").mistake("no such provider: " + provider);
                    }
                    models.put(name, new ModelAlias(provider, alias.requiredText("model")));
                });
        return models;
    }

    private @Nullable String key(String provider) {
        String value = environment.get(provider.toUpperCase(Locale.ROOT) + "_API_KEY");
        return value == null || value.isBlank() ? null : value;
    }

    private static String url(Dialect dialect) {
        return switch (dialect) {
            case OPENAI -> OPENAI_URL;
            case ANTHROPIC -> ANTHROPIC_URL;
            case GEMINI -> GEMINI_URL;
        };
    }
}
