package dev.bursar.server.config;

import dev.bursar.gateway.GatewaySettings;
import dev.bursar.gateway.ModelAlias;
import dev.bursar.gateway.Refusal;
import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.Rates;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.ToolPrices;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Turns the top of a document into a [Config]. Providers and tenants have readers of their own.
final class ConfigReader {

    static final int DEFAULT_PORT = 7878;

    private static final String DEFAULT_HOST = "127.0.0.1";

    /// What is younger is still asked for all the time.
    private static final Duration ARCHIVE_AT_LEAST = Duration.ofDays(1);

    /// The longest drain and the most bytes of it, when the file says `drain` and nothing else.
    private static final Duration DRAIN_AT_MOST = Duration.ofSeconds(30);

    private static final int DRAIN_BYTES = 4 * 1024 * 1024;

    private final Map<String, String> environment;
    private final List<String> notes = new ArrayList<>();

    ConfigReader(Map<String, String> environment) {
        this.environment = environment;
    }

    Config read(Node root) {
        Section top =
                Section.of(
                        root,
                        "server",
                        "data",
                        "database",
                        "admin",
                        "unpriced",
                        "client_gone",
                        "statuses",
                        "providers",
                        "models",
                        "routes",
                        "provider_health",
                        "prices",
                        "tools",
                        "defaults",
                        "cache",
                        "tenants",
                        "alerts",
                        "channels");
        for (String later : List.of("database", "alerts", "channels")) {
            if (top.has(later)) {
                throw top.keyPlace(later).mistake("not supported by this version");
            }
        }
        GatewaySettings gateway = gateway(top);
        List<Price> prices = prices(top.node("prices"));
        ToolPrices tools = ToolReader.tools(top.node("tools"));
        SortedMap<String, Config.Tenant> tenants =
                new TenantReader(notes).tenants(top.node("tenants"));
        return new Config(
                server(top.node("server")),
                data(top),
                adminToken(top.node("admin")),
                gateway.withLadders(ladders(tenants)),
                prices,
                tools,
                tenants,
                notes);
    }

    private static Map<String, LadderSettings> ladders(Map<String, Config.Tenant> tenants) {
        Map<String, LadderSettings> ladders = new HashMap<>();
        tenants.forEach((name, tenant) -> ladders.put(name, tenant.ladder()));
        return ladders;
    }

    private static Config.Server server(Node node) {
        Section server = Section.of(node, "host", "port", "max_body_bytes", "archive_after");
        String host = server.text("host").orElse(DEFAULT_HOST);
        if (host.isBlank() || host.contains("/") || host.contains(" ")) {
            throw server.valuePlace("host").mistake("not a host name or address: " + host);
        }
        return new Config.Server(
                host, server.whole("port", DEFAULT_PORT, 0, 65_535), archiveAfter(server));
    }

    private static @Nullable Duration archiveAfter(Section server) {
        String key = "archive_after";
        Duration after =
                server.text(key)
                        .map(text -> Quantity.duration(text, server.valuePlace(key)))
                        .orElse(null);
        if (after != null && after.compareTo(ARCHIVE_AT_LEAST) < 0) {
            throw server.valuePlace(key).mistake("must be 1d or more");
        }
        return after;
    }

    private static Path data(Section top) {
        String written = top.text("data").orElse("data");
        try {
            return Path.of(written).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw top.valuePlace("data").mistake("not a path: " + written);
        }
    }

    private @Nullable String adminToken(Node node) {
        Section admin = Section.of(node, "token");
        String token =
                admin.textIfSet("token").orElseGet(() -> environment.get("BURSAR_ADMIN_TOKEN"));
        if (token != null && !Secrets.isSound(token)) {
            throw admin.valuePlace("token").mistake(Secrets.RULE);
        }
        return token;
    }

    private GatewaySettings gateway(Section top) {
        ProviderReader providers = new ProviderReader(environment, notes);
        var byName = providers.providers(top.node("providers"));
        SortedMap<String, ModelAlias> models = providers.models(top.node("models"), byName);
        Section limits = Section.of(top.node("defaults"), "max_output_tokens", "max_input_tokens");
        Section server = Section.any(top.node("server"));
        return new GatewaySettings(
                byName,
                models,
                unpriced(top.node("unpriced")),
                limits.whole(
                        "max_output_tokens",
                        (int) GatewaySettings.MAX_OUTPUT_TOKENS,
                        1,
                        10_000_000),
                limits.whole(
                        "max_input_tokens", (int) GatewaySettings.MAX_INPUT_TOKENS, 1, 100_000_000),
                server.whole("max_body_bytes", GatewaySettings.MAX_BODY_BYTES, 1_024, 1 << 30),
                clientGone(top.node("client_gone")),
                statuses(top.node("statuses")),
                BreakerReader.breakers(top.node("tenants")),
                new TreeMap<>(),
                CacheReader.caches(top.node("cache"), top.node("tenants")),
                new RouteReader(byName, models)
                        .read(
                                top.node("routes"),
                                top.node("provider_health"),
                                providers.routeAliases()));
    }

    private static GatewaySettings.Unpriced unpriced(Node node) {
        return switch (node) {
            case Node.Empty ignored -> new GatewaySettings.Unpriced.Refuse();
            case Node.Scalar scalar -> {
                if (!scalar.text().equals("refuse")) {
                    throw scalar.place().mistake("must be refuse, or ceiling with its rates");
                }
                yield new GatewaySettings.Unpriced.Refuse();
            }
            case Node.Mapping mapping -> {
                Section both = Section.of(mapping, "ceiling");
                Section ceiling = Section.of(both.node("ceiling"), "input", "output");
                try {
                    yield new GatewaySettings.Unpriced.Ceiling(
                            rate(ceiling, "input"), rate(ceiling, "output"));
                } catch (IllegalArgumentException e) {
                    throw ceiling.place().mistake(String.valueOf(e.getMessage()));
                }
            }
            case Node.Sequence sequence ->
                    throw sequence.place().mistake("must be refuse, or ceiling with its rates");
            case Node.Unset unset -> throw unset.mistake();
        };
    }

    private static GatewaySettings.ClientGone clientGone(Node node) {
        if (node instanceof Node.Mapping mapping) {
            Section both = Section.of(mapping, "drain");
            Section drain = Section.of(both.node("drain"), "at_most", "bytes");
            return new GatewaySettings.ClientGone.Drain(
                    drain.has("at_most") ? duration(drain, "at_most") : DRAIN_AT_MOST,
                    drain.whole("bytes", DRAIN_BYTES, 1, Integer.MAX_VALUE));
        }
        String policy = node instanceof Node.Empty ? "cancel" : Section.scalar(node).text();
        return switch (policy) {
            case "cancel" -> new GatewaySettings.ClientGone.Cancel();
            case "drain" -> new GatewaySettings.ClientGone.Drain(DRAIN_AT_MOST, DRAIN_BYTES);
            default -> throw node.place().mistake("must be cancel or drain: " + policy);
        };
    }

    private static Map<Refusal, Integer> statuses(Node node) {
        String[] codes = Arrays.stream(Refusal.values()).map(Refusal::code).toArray(String[]::new);
        Section section = Section.of(node, codes);
        Map<Refusal, Integer> statuses = new EnumMap<>(Refusal.class);
        for (Refusal refusal : Refusal.values()) {
            if (section.has(refusal.code())) {
                statuses.put(refusal, section.whole(refusal.code(), 0, 400, 599));
            }
        }
        return statuses;
    }

    private static List<Price> prices(Node node) {
        List<Price> prices = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        for (Node item : Section.items(node)) {
            Price price = price(item);
            Integer before = lines.putIfAbsent(price.id(), item.place().line());
            if (before != null) {
                throw item.place().mistake("the same price is in line " + before);
            }
            prices.add(price);
        }
        return prices;
    }

    private static Price price(Node item) {
        List<String> keys = new ArrayList<>(List.of("provider", "model", "from"));
        Arrays.stream(TokenClass.values()).map(TokenClass::wire).forEach(keys::add);
        Section section = Section.of(item, keys.toArray(String[]::new));
        Map<TokenClass, Long> rates = new EnumMap<>(TokenClass.class);
        for (TokenClass type : TokenClass.values()) {
            if (section.has(type.wire())) {
                rates.put(type, rate(section, type.wire()));
            }
        }
        try {
            return Price.of(
                    section.requiredText("provider"),
                    section.requiredText("model"),
                    from(section),
                    Rates.of(rates));
        } catch (IllegalArgumentException e) {
            throw section.place().mistake(String.valueOf(e.getMessage()));
        }
    }

    private static Instant from(Section price) {
        if (!price.has("from")) {
            return Instant.EPOCH;
        }
        String written = price.requiredText("from");
        try {
            return LocalDate.parse(written).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw price.valuePlace("from").mistake("must be a date like 2026-01-31: " + written);
        }
    }

    /// USD per 1M tokens as microcents per 1M tokens.
    private static long rate(Section section, String key) {
        String written = section.requiredText(key);
        try {
            return Rates.parseUsd(written);
        } catch (IllegalArgumentException e) {
            throw section.valuePlace(key).mistake(String.valueOf(e.getMessage()));
        }
    }

    /// A length of time such as `30 s`.
    static Duration duration(Section section, String key) {
        String written = section.requiredText(key);
        Quantity quantity = Quantity.limit(written, section.valuePlace(key));
        if (!quantity.unit().equals(Unit.MILLIS) || quantity.value() < 1) {
            throw section.valuePlace(key).mistake("must be a time like 30 s: " + written);
        }
        return Duration.ofMillis(quantity.value());
    }
}
