package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.server.config.Config;
import dev.bursar.server.dashboard.view.Shell;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.KeyRequest;
import dev.bursar.usage.Usage;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Route;
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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The document says what the routes do: no more, no less.
class OpenApiTest {

    private static final String TOKEN = "token";
    private static final TenantId ACME = new TenantId("acme");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// What `Parameters` says, before the names it knows.
    private static final String KNOWN = "known are ";

    @TempDir Path data;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private Authority authority;
    private Directory directory;
    private Usage usage;
    private Routes routes;
    private HttpServer server;

    @BeforeEach
    void open() throws InterruptedException {
        InstantSource clock = InstantSource.system();
        PrometheusRegistry registry = new PrometheusRegistry();
        authority = Authority.open(data, AuthoritySettings.DEFAULT, clock);
        directory = Directory.open(data, TOKEN, clock);
        directory.declare(Config.parse("test", "tenants: { acme: {} }", Map.of()));
        usage = Usage.open(data.resolve("usage.duckdb"), authority.journal(), registry, clock);
        routes =
                new Routes(
                        vertx,
                        new Routes.Needs(
                                authority,
                                usage,
                                directory,
                                registry,
                                clock,
                                "local",
                                false,
                                () -> false,
                                () -> List.of("changed budget acme/run"),
                                new Shell.Files("", "", "", "", "", "", ""),
                                pages -> {}));
        server =
                vertx.createHttpServer()
                        .requestHandler(routes.handler())
                        .listen(0, "127.0.0.1")
                        .await();
        traffic();
        assertThat(usage.awaitPosition(authority.journal().lastPosition(), PATIENCE)).isTrue();
    }

    @AfterEach
    void close() {
        server.close().await();
        vertx.close().await();
        routes.close();
        usage.close();
        directory.close();
        authority.close();
        http.close();
    }

    /// Two budgets, a call that is settled and one that is denied.
    private void traffic() {
        authority.submit(define("run", List.of("run"), Unit.USD_MICROCENTS, 10, Budget.Mode.HARD));
        authority.submit(define("month", List.of(), Unit.TOKENS, 1, Budget.Mode.SHADOW));
        authority.submit(reserve("call-1", 8));
        authority.submit(
                new Command.Commit(
                        new CommandKey("call-1", 1),
                        ACME,
                        new HoldId("call-1"),
                        Amounts.of(Map.of(Unit.USD_MICROCENTS, 5L, Unit.TOKENS, 12L)),
                        Attribution.NONE));
        authority.submit(reserve("call-2", 9));
        authority.submit(reserve("call-3", 1));
    }

    private static Command define(
            String name, List<String> per, Unit unit, long limit, Budget.Mode mode) {
        return new Command.DefineBudget(
                new Budget(
                        new BudgetId(ACME + "/" + name),
                        ACME,
                        name,
                        new TreeMap<>(),
                        per,
                        unit,
                        limit,
                        new Window.Rolling(Duration.ofMinutes(1)),
                        mode,
                        List.of()));
    }

    private static Command reserve(String id, long microcents) {
        return new Command.Reserve(
                new CommandKey(id, 1),
                new HoldId(id),
                ACME,
                Subject.of(Map.of("tenant", "acme", "run", "r1", "workflow", "support")),
                Amounts.of(Map.of(Unit.USD_MICROCENTS, microcents, Unit.TOKENS, 20L)),
                Amounts.NONE,
                Duration.ofMinutes(10),
                Command.OnExpiry.RELEASE,
                Command.Overage.ALLOW_WITH_OVERDRAFT,
                new Attribution(new TreeMap<>(Map.of("call", id)), new TreeMap<>()));
    }

    private HttpResponse<String> send(String method, String path, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
                        .header("Authorization", "Bearer " + TOKEN)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build();
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode json(HttpResponse<String> response) {
        return new JsonMapper().readTree(response.body());
    }

    private JsonNode document() {
        return json(send("GET", OpenApi.PATH, ""));
    }

    @Test
    void document_namesEveryRouteOfTheApi_andNoOther() {
        Set<String> mounted = new TreeSet<>();
        for (Route route : routes.all()) {
            String path = route.getPath();
            if (path != null && path.startsWith("/api/") && route.methods() != null) {
                for (HttpMethod method : route.methods()) {
                    mounted.add(method + " " + path.replaceAll(":([a-z]+)", "{$1}"));
                }
            }
        }
        Set<String> described = new TreeSet<>();
        document()
                .path("paths")
                .properties()
                .forEach(path ->
                        path.getValue()
                                .propertyNames()
                                .forEach(method ->
                                        described.add(
                                                method.toUpperCase(Locale.ROOT)
                                                        + " "
                                                        + path.getKey())));
        assertThat(mounted).contains("GET /api/spend", "DELETE /api/keys/{tenant}/{name}");
        assertThat(described).isEqualTo(mounted);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/openapi.json",
        "/api/budgets",
        "/api/keys",
        "/api/spend",
        "/api/runs",
        "/api/live"
    })
    void document_namesEveryParameter_andNoOther(String path) {
        JsonNode document = document();
        Set<String> described = new TreeSet<>();
        for (JsonNode parameter : document.at(pointer(path) + "/get/parameters")) {
            JsonNode reference = parameter.path("$ref");
            JsonNode written =
                    reference.isMissingNode()
                            ? parameter
                            : document.at(reference.asString().substring(1));
            described.add(written.path("name").asString());
        }
        String detail = json(send("GET", path + "?no-such=1", "")).path("detail").asString();
        String known = detail.substring(detail.indexOf(KNOWN) + KNOWN.length());
        assertThat(detail).contains(KNOWN);
        assertThat(described)
                .isEqualTo(
                        Arrays.stream(known.split(", ", -1))
                                .filter(name -> !name.isEmpty())
                                .collect(TreeSet::new, Set::add, Set::addAll));
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /api/budgets,             /api/budgets,              200",
        "GET,    /api/keys,                /api/keys,                 200",
        "GET,    /api/spend?by=workflow,   /api/spend,                200",
        "GET,    /api/spend,               /api/spend,                200",
        "GET,    /api/runs,                /api/runs,                 200",
        "GET,    /api/runs?limit=1,        /api/runs,                 200",
        "GET,    /api/runs/acme/r1,        /api/runs/{tenant}/{run},  200",
        "GET,    /api/calls/call-1,        /api/calls/{id},           200",
        "GET,    /api/calls/call-2,        /api/calls/{id},           200",
        "GET,    /api/live,                /api/live,                 200",
        "POST,   /api/keys,                /api/keys,                 201",
        "DELETE, /api/keys/acme/worker,    /api/keys/{tenant}/{name}, 200",
        "POST,   /api/reload,              /api/reload,               200",
        "POST,   /api/rebuild,             /api/rebuild,              202",
        "GET,    /api/spend?by=colour,     /api/spend,                default",
        "GET,    /api/calls/none,          /api/calls/{id},           default",
        "POST,   /api/keys?again,          /api/keys,                 default",
    })
    void answer_hasTheShapeThatIsDescribed(
            String method, String address, String path, String status) {
        directory.create(KeyRequest.runtime(ACME, "worker", new TreeMap<>(Map.of("team", "core"))));
        String body =
                address.equals("/api/keys")
                        ? "{\"tenant\":\"acme\",\"name\":\"new\",\"defaults\":{\"app\":\"x\"}}"
                        : "{}";

        HttpResponse<String> answer = send(method, address, body);

        JsonNode document = document();
        JsonNode response =
                document.at(
                        pointer(path)
                                + "/"
                                + method.toLowerCase(Locale.ROOT)
                                + "/responses/"
                                + status);
        if (response.has("$ref")) {
            response = document.at(response.path("$ref").asString().substring(1));
        }
        String type = answer.headers().firstValue("content-type").orElseThrow();
        assertThat(String.valueOf(answer.statusCode()))
                .as(answer.body())
                .matches(status.equals("default") ? "4.." : status);
        JsonNode schema = response.path("content").path(type).path("schema");
        assertThat(schema.isObject()).as("%s of %s", type, response).isTrue();
        assertThat(JsonShape.mistakes(document, schema, json(answer))).as(answer.body()).isEmpty();
    }

    private static String pointer(String path) {
        return "/paths/" + path.replace("~", "~0").replace("/", "~1");
    }
}
