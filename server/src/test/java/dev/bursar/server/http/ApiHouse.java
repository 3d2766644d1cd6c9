package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.gateway.GatewayMeter;
import dev.bursar.gateway.Margins;
import dev.bursar.gateway.ToolCalls;
import dev.bursar.gateway.cache.AnswerCache;
import dev.bursar.gateway.cache.Meaning;
import dev.bursar.gateway.cache.ToolResults;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.config.Config;
import dev.bursar.server.dashboard.Dashboard;
import dev.bursar.server.dashboard.view.Shell;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.Role;
import dev.bursar.usage.Usage;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// All routes on a real port, with a real authority, directory and read model beneath.
final class ApiHouse implements AutoCloseable {

    static final String TOKEN = "token";

    static final TenantId ACME = new TenantId("acme");

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    final Authority authority;
    final Directory directory;
    final Usage usage;
    final AnswerCache answers;
    final ToolCalls tools;
    final Routes routes;
    private final WebServer server;

    /// @param tenants as in the configuration
    ApiHouse(Path data, String tenants) {
        this(data, tenants, false);
    }

    /// @param open whether who asks this machine by its name may read without a token
    ApiHouse(Path data, String tenants, boolean open) {
        InstantSource clock = InstantSource.system();
        PrometheusRegistry registry = new PrometheusRegistry();
        Config config = Config.parse("test", tenants, Map.of());
        authority = Authority.open(data, AuthoritySettings.DEFAULT, clock);
        directory = Directory.open(data, TOKEN, clock);
        directory.declare(config);
        config.budgets().forEach(budget -> authority.submit(new Command.DefineBudget(budget)));
        new Notary(directory, authority).tell();
        usage = Usage.open(data.resolve("usage.duckdb"), authority.journal(), registry, clock);
        answers = new AnswerCache(config.gateway().caches(), Meaning.NONE);
        tools =
                new ToolCalls(
                        authority,
                        config.priceBook(),
                        config.gateway(),
                        clock,
                        GatewayMeter.NONE,
                        tenant -> {});
        routes =
                new Routes(
                        vertx,
                        new Routes.Needs(
                                authority,
                                usage,
                                directory,
                                answers,
                                new ToolResults(config.gateway().caches()),
                                margins(),
                                tools,
                                registry,
                                clock,
                                "local",
                                open,
                                () -> false,
                                by -> List.of("changed budget acme/run"),
                                new Shell.Files("", "", "", "", "", "", ""),
                                new Dashboard(
                                                usage,
                                                authority,
                                                (provider, model, at) -> Optional.empty(),
                                                tenant -> ZoneId.of("Europe/Berlin"),
                                                clock)
                                        ::mount));
        server =
                WebServer.open(
                        vertx,
                        new WebServer.Listening("127.0.0.1", 0, 2),
                        request -> false,
                        request -> {},
                        routes.handler(),
                        (_, _) -> Buffer.buffer());
        // Reads wait for the read model, but not for as long as it may take to open.
        caughtUp();
    }

    /// Of a model with a margin of its own, and of one that little is known of.
    private static Margins margins() {
        Margins margins = new Margins();
        int[] many = new int[Margins.ENOUGH];
        Arrays.fill(many, 120);
        margins.restore(Map.of("anthropic/claude", many, "openai/org/model", new int[] {101}));
        return margins;
    }

    /// Waits until the read model has all of the journal.
    void caughtUp() {
        try {
            if (!usage.awaitPosition(authority.journal().lastPosition(), PATIENCE)) {
                throw new AssertionError("the read model is behind: " + usage.health());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    int port() {
        return server.port();
    }

    /// Makes an access token.
    String token(String name, Role role, @Nullable TenantId tenant) {
        return directory.tokens().create(name, role, tenant, null, Actor.COMMAND_LINE).secret();
    }

    HttpResponse<String> send(String method, String path, String body) {
        return send(TOKEN, method, path, body);
    }

    /// @param token none is sent when it is empty
    HttpResponse<String> send(
            String token, String method, String path, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                        .header("Content-Type", "application/json")
                        .timeout(PATIENCE)
                        .method(method, BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Sends what must succeed, and returns what comes back.
    JsonNode ok(String method, String path, String body, String... headers) {
        HttpResponse<String> answer = send(TOKEN, method, path, body, headers);
        if (answer.statusCode() >= 300) {
            throw new AssertionError(method + " " + path + ": " + answer.body());
        }
        return json(answer);
    }

    static JsonNode json(HttpResponse<String> response) {
        return new JsonMapper().readTree(response.body());
    }

    /// Holds microcents for the run `r1` of the workflow `support`.
    Outcome reserve(String id, long microcents) {
        return authority.submit(
                new Command.Reserve(
                        new CommandKey(id, 1),
                        new HoldId(id),
                        ACME,
                        Subject.of(Map.of("tenant", "acme", "run", "r1", "workflow", "support")),
                        Amounts.of(Map.of(Unit.USD_MICROCENTS, microcents, Unit.TOKENS, 20L)),
                        Amounts.NONE,
                        Duration.ofMinutes(10),
                        Command.OnExpiry.RELEASE,
                        Command.Overage.ALLOW_WITH_OVERDRAFT,
                        new Attribution(new TreeMap<>(Map.of("call", id)), new TreeMap<>())));
    }

    /// Ends a hold with this much spent.
    Outcome commit(String id, long microcents) {
        return authority.submit(
                new Command.Commit(
                        new CommandKey(id, 1),
                        ACME,
                        new HoldId(id),
                        Amounts.of(Map.of(Unit.USD_MICROCENTS, microcents, Unit.TOKENS, 12L)),
                        Attribution.NONE));
    }

    @Override
    public void close() {
        http.close();
        server.close();
        vertx.close().await();
        routes.close();
        usage.close();
        directory.close();
        authority.close();
    }
}
