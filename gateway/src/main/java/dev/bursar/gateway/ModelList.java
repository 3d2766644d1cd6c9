package dev.bursar.gateway;

import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.pricing.Price;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// The models that clients may ask for in a dialect, as its SDK lists them: the names of the
/// configuration, and what the price book lists of the dialect's providers. Models of providers other
/// than the usual one are named `provider/model`. No provider is asked.
final class ModelList {

    private static final String LIST = "/v1/models";
    private static final String GEMINI_LIST = "/v1beta/models";
    private static final String BEDROCK_LIST = "/foundation-models";

    private final Dialect dialect;
    private final SortedMap<String, Entry> entries;

    /// @param owner the provider's name
    /// @param price null when nobody stated one
    private record Entry(String name, String owner, @Nullable Price price) {}

    private ModelList(Dialect dialect, SortedMap<String, Entry> entries) {
        this.dialect = dialect;
        this.entries = entries;
    }

    /// Whether a path is that of the list or of a model in it. Bedrock's list only is served.
    static boolean isAt(Dialect dialect, String path) {
        String local = Paths.local(path, dialect);
        String list = list(dialect);
        boolean one = dialect != Dialect.BEDROCK && local.startsWith(list + "/");
        return local.equals(list) || (one && local.indexOf(':') < 0);
    }

    static ModelList of(Dialect dialect, GatewaySettings settings, Routes routes, Instant at) {
        Operation asked = Operation.ofModels(dialect, false);
        SortedMap<String, Entry> entries = new TreeMap<>();
        for (ProviderSettings provider : settings.providers().values()) {
            if (provider.dialect() == dialect) {
                String before = provider.name().equals(dialect.wire()) ? "" : provider.name() + "/";
                for (String model : routes.models(provider, at)) {
                    Optional<Price> price = routes.price(provider, model, at);
                    price.ifPresent(known ->
                            entries.put(
                                    before + model,
                                    new Entry(before + model, provider.name(), known)));
                }
            }
        }
        settings.models()
                .forEach((name, alias) -> {
                    ProviderSettings provider = settings.providers().get(alias.provider());
                    if (provider != null && Crossing.isServed(asked, provider)) {
                        Price price = routes.price(provider, alias.model(), at).orElse(null);
                        entries.put(name, new Entry(name, provider.name(), price));
                    }
                });
        settings.routing()
                .routes()
                .forEach((name, rules) -> {
                    boolean served =
                            rules.models().anyMatch(model -> routes.serves(asked, model, at));
                    if (served && !name.equals(RouteRules.ANY)) {
                        entries.putIfAbsent(name, new Entry(name, "route", null));
                    }
                });
        return new ModelList(dialect, entries);
    }

    /// The list, or the one model that the path names.
    ///
    /// @throws RefusedException when there is no such model
    Buffer at(String path) {
        String local = Paths.local(path, dialect);
        String list = list(dialect);
        if (local.equals(list)) {
            return json(entries.values());
        }
        String name = GeminiPath.decoded(local.substring(list.length() + 1));
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new RefusedException(
                    Refusal.MODEL_NOT_FOUND, "the model " + name + " is not listed");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.generator(out)) {
            write(json, entry);
        }
        return Buffer.buffer(out.toByteArray());
    }

    private static String list(Dialect dialect) {
        return switch (dialect) {
            case OPENAI, ANTHROPIC -> LIST;
            case GEMINI -> GEMINI_LIST;
            case BEDROCK -> BEDROCK_LIST;
        };
    }

    private Buffer json(Collection<Entry> all) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.generator(out)) {
            json.writeStartObject();
            if (dialect == Dialect.OPENAI) {
                json.writeStringProperty("object", "list");
            }
            json.writeName(
                    switch (dialect) {
                        case OPENAI, ANTHROPIC -> "data";
                        case GEMINI -> "models";
                        case BEDROCK -> "modelSummaries";
                    });
            json.writeStartArray();
            all.forEach(entry -> write(json, entry));
            json.writeEndArray();
            if (dialect == Dialect.ANTHROPIC) {
                page(json, new ArrayList<>(all));
            }
            json.writeEndObject();
        }
        return Buffer.buffer(out.toByteArray());
    }

    /// All of it is one page.
    private static void page(JsonGenerator json, List<Entry> all) {
        json.writeBooleanProperty("has_more", false);
        json.writeName("first_id");
        json.writeString(all.isEmpty() ? null : all.getFirst().name());
        json.writeName("last_id");
        json.writeString(all.isEmpty() ? null : all.getLast().name());
    }

    private void write(JsonGenerator json, Entry entry) {
        json.writeStartObject();
        switch (dialect) {
            case OPENAI -> {
                json.writeStringProperty("id", entry.name());
                json.writeStringProperty("object", "model");
                json.writeNumberProperty("created", 0);
                json.writeStringProperty("owned_by", entry.owner());
            }
            case ANTHROPIC -> {
                json.writeStringProperty("type", "model");
                json.writeStringProperty("id", entry.name());
                json.writeStringProperty("display_name", entry.name());
                json.writeStringProperty("created_at", Instant.EPOCH.toString());
            }
            case GEMINI -> gemini(json, entry);
            case BEDROCK -> {
                json.writeStringProperty("modelId", entry.name());
                json.writeStringProperty("modelName", entry.name());
                json.writeStringProperty("providerName", entry.owner());
                json.writeBooleanProperty("responseStreamingSupported", true);
            }
        }
        json.writeEndObject();
    }

    private static void gemini(JsonGenerator json, Entry entry) {
        json.writeStringProperty("name", "models/" + entry.name());
        json.writeStringProperty("displayName", entry.name());
        Price price = entry.price();
        if (price != null && price.contextWindow() > 0) {
            json.writeNumberProperty("inputTokenLimit", price.contextWindow());
        }
        if (price != null && price.maxOutputTokens() > 0) {
            json.writeNumberProperty("outputTokenLimit", price.maxOutputTokens());
        }
        json.writeName("supportedGenerationMethods");
        json.writeStartArray();
        json.writeString("generateContent");
        json.writeString("streamGenerateContent");
        json.writeString("countTokens");
        json.writeEndArray();
    }
}
