package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.config.Config;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.KeyRequest;
import dev.bursar.server.directory.Role;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
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

/// The document says what the routes do: no more, no less.
class OpenApiTest {

    /// What `Parameters` says, before the names it knows.
    private static final String KNOWN = "known are ";

    private static final String RESERVATION = "01890000-0000-7000-8000-000000000001";

    @TempDir Path data;

    private ApiHouse house;

    @BeforeEach
    void open() {
        house =
                new ApiHouse(
                        data,
                        """
                        tools:
                          free: { price: 0 }
                          crawl: { price: 0.01, per: page, at_most: 5 }
                        tenants: { acme: { cache: { tools: {} } } }
                        """);
        traffic();
        house.caughtUp();
    }

    @AfterEach
    void close() {
        house.close();
    }

    /// Three budgets, a call that is settled, one that is denied, one that waits for a person, and one of
    /// a run that is stopped.
    private void traffic() {
        define("run", "per: [run], limit: 0.0000001 USD");
        define("month", "limit: 1 tokens, mode: shadow");
        define("ask", "limit: 0.000001 USD, every: day, at: { 100%: approve }");
        house.reserve("call-1", 8);
        house.commit("call-1", 5);
        house.reserve("call-2", 9);
        house.reserve("call-3", 1);
        house.reserve("call-4", 1_000);
        house.authority.submit(new Command.StopRun(ApiHouse.ACME, "halted", Attribution.NONE));
        house.authority.submit(
                new Command.Refuse(
                        ApiHouse.ACME,
                        Subject.of(Map.of("tenant", "acme", "run", "halted")),
                        Amounts.of(Unit.TOKENS, 1),
                        Reason.RUN_STOPPED,
                        Attribution.NONE));
        house.authority.submit(
                new Command.Reserve(
                        new CommandKey("made", 1),
                        new HoldId(RESERVATION),
                        ApiHouse.ACME,
                        Subject.of(Map.of("tenant", "acme", "agent", "bot")),
                        Amounts.of(Unit.TOKENS, 1),
                        Amounts.NONE,
                        Duration.ofMinutes(10),
                        Command.OnExpiry.RELEASE,
                        Command.Overage.REJECT,
                        Attribution.of(Map.of("dialect", "cycles"), Map.of())));
    }

    private void define(String name, String words) {
        Config.parse(
                        "test",
                        "tenants: { acme: { budgets: [{ name: %s, %s }] } }".formatted(name, words),
                        Map.of())
                .budgets()
                .forEach(budget ->
                        house.authority.submit(
                                new Command.DefineBudget(
                                        new Budget(
                                                budget.id(),
                                                budget.tenant(),
                                                budget.name(),
                                                budget.match(),
                                                budget.per(),
                                                budget.unit(),
                                                budget.limit(),
                                                budget.window(),
                                                budget.mode(),
                                                budget.ladder()))));
    }

    private HttpResponse<String> send(String method, String path, String body) {
        return house.send(method, path, body);
    }

    private static JsonNode json(HttpResponse<String> response) {
        return ApiHouse.json(response);
    }

    private JsonNode document() {
        return json(send("GET", OpenApi.PATH, ""));
    }

    @Test
    void document_namesEveryRouteOfTheApi_andNoOther() {
        Set<String> mounted = new TreeSet<>();
        for (Route route : house.routes.all()) {
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
        "/api/tenants",
        "/api/tokens",
        "/api/approvals",
        "/api/audit",
        "/api/reservations",
        "/api/spend",
        "/api/runs",
        "/api/live",
        "/api/cache",
        "/api/estimates",
        "/api/tools",
        "/api/exports/spend.csv",
        "/api/exports/calls.csv",
        "/api/exports/audit.csv"
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
        "GET,    /api/estimates,           /api/estimates,            200",
        "GET,    /api/keys,                /api/keys,                 200",
        "GET,    /api/spend?by=workflow,   /api/spend,                200",
        "GET,    /api/spend,               /api/spend,                200",
        "GET,    /api/runs,                /api/runs,                 200",
        "GET,    /api/runs?limit=1,        /api/runs,                 200",
        "GET,    /api/runs/acme/r1,        /api/runs/{tenant}/{run},  200",
        "POST,   /api/runs/acme/r1/stop,   /api/runs/{tenant}/{run}/stop, 200",
        "POST,   /api/runs/acme/halted/resume, /api/runs/{tenant}/{run}/resume, 200",
        "GET,    /api/runs/acme/halted,    /api/runs/{tenant}/{run},  200",
        "POST,   /api/runs/acme/r1/resume, /api/runs/{tenant}/{run}/resume, default",
        "GET,    /api/calls/call-1,        /api/calls/{id},           200",
        "GET,    /api/calls/call-2,        /api/calls/{id},           200",
        "GET,    /api/live,                /api/live,                 200",
        "POST,   /api/keys,                /api/keys,                 201",
        "DELETE, /api/keys/acme/worker,    /api/keys/{tenant}/{name}, 200",
        "GET,    /api/tenants,             /api/tenants,              200",
        "POST,   /api/tenants,             /api/tenants,              201",
        "GET,    /api/tenants/acme,        /api/tenants/{tenant},     200",
        "PUT,    /api/tenants/made,        /api/tenants/{tenant},     200",
        "POST,   /api/tenants/acme/suspend, /api/tenants/{tenant}/suspend, 200",
        "POST,   /api/tenants/acme/activate, /api/tenants/{tenant}/activate, 200",
        "POST,   /api/tenants/made/close,  /api/tenants/{tenant}/close, 200",
        "POST,   /api/tenants/acme/close,  /api/tenants/{tenant}/close, default",
        "GET,    /api/tokens,              /api/tokens,               200",
        "POST,   /api/tokens,              /api/tokens,               201",
        "DELETE, /api/tokens/old,          /api/tokens/{name},        200",
        "POST,   /api/budgets,             /api/budgets,              201",
        "GET,    /api/budgets/acme/run,    /api/budgets/{tenant}/{name}, 200",
        "GET,    /api/budgets/acme/run/balances, /api/budgets/{tenant}/{name}/balances, 200",
        "GET,    /api/budgets/acme/run/balances?cursor=x, /api/budgets/{tenant}/{name}/balances, default",
        "PUT,    /api/budgets/acme/run,    /api/budgets/{tenant}/{name}, 200",
        "DELETE, /api/budgets/acme/run,    /api/budgets/{tenant}/{name}, 200",
        "POST,   /api/budgets/acme/ask/credit, /api/budgets/{tenant}/{name}/credit, 200",
        "POST,   /api/budgets/acme/ask/debit, /api/budgets/{tenant}/{name}/debit, 200",
        "POST,   /api/budgets/acme/ask/reset, /api/budgets/{tenant}/{name}/reset, 200",
        "POST,   /api/budgets/acme/ask/repay, /api/budgets/{tenant}/{name}/repay, 200",
        "POST,   /api/budgets/acme/freeze, /api/budgets/{tenant}/freeze, 200",
        "POST,   /api/budgets/acme/unfreeze, /api/budgets/{tenant}/unfreeze, 200",
        "POST,   /api/budgets/acme/close,  /api/budgets/{tenant}/close, 200",
        "GET,    /api/approvals,           /api/approvals,            200",
        "POST,   /api/approvals/acme/ID/grant, /api/approvals/{tenant}/{approval}/grant, 200",
        "POST,   /api/approvals/acme/ID/decline, /api/approvals/{tenant}/{approval}/decline, 200",
        "GET,    /api/audit,               /api/audit,                200",
        "GET,    /api/reservations?tenant=acme, /api/reservations,    200",
        "GET,    /api/reservations,        /api/reservations,         default",
        "GET,    /api/reservations/acme/RES, /api/reservations/{tenant}/{id}, 200",
        "POST,   /api/reservations, /api/reservations, 201",
        "POST,   /api/reservations/acme/RES/extend, /api/reservations/{tenant}/{id}/extend, 200",
        "POST,   /api/reservations/acme/RES/release, /api/reservations/{tenant}/{id}/release, 200",
        "POST,   /api/reservations/acme/RES/commit, /api/reservations/{tenant}/{id}/commit, 200",
        "GET,    /api/cache,               /api/cache,                200",
        "POST,   /api/cache/feedback,      /api/cache/feedback,       default",
        "PUT,    /api/cache/search/k?tenant=acme, /api/cache/{namespace}/{key}, 200",
        "GET,    /api/cache/search/k,      /api/cache/{namespace}/{key}, default",
        "DELETE, /api/cache/search/k?tenant=acme, /api/cache/{namespace}/{key}, default",
        "GET,    /api/tools,               /api/tools,                200",
        "POST,   /api/tools/free/reserve?tenant=acme, /api/tools/{tool}/reserve, 200",
        "POST,   /api/tools/crawl/reserve?tenant=acme, /api/tools/{tool}/reserve, default",
        "POST,   /api/tools/free/charge?tenant=acme, /api/tools/{tool}/charge, 200",
        "POST,   /api/tools/none/charge?tenant=acme, /api/tools/{tool}/charge, default",
        "POST,   /api/tools/calls/TOOL/commit?tenant=acme, /api/tools/calls/{id}/commit, 200",
        "POST,   /api/tools/calls/TOOL/release?tenant=acme, /api/tools/calls/{id}/release, 200",
        "POST,   /api/tools/calls/none/commit?tenant=acme, /api/tools/calls/{id}/commit, default",
        "POST,   /api/reload,              /api/reload,               200",
        "POST,   /api/rebuild,             /api/rebuild,              202",
        "POST,   /api/archive,             /api/archive,              200",
        "GET,    /api/spend?by=colour,     /api/spend,                default",
        "GET,    /api/calls/none,          /api/calls/{id},           default",
        "POST,   /api/budgets/acme/none/credit, /api/budgets/{tenant}/{name}/credit, default",
    })
    void answer_hasTheShapeThatIsDescribed(
            String method, String address, String path, String status) {
        house.directory.create(
                KeyRequest.runtime(ApiHouse.ACME, "worker", new TreeMap<>(Map.of("team", "core"))),
                Actor.COMMAND_LINE);
        house.directory.createTenant(new TenantId("made"), ZoneOffset.UTC, Actor.COMMAND_LINE);
        house.token("old", Role.FINANCE, ApiHouse.ACME);
        String approval = house.authority.approvals(ApiHouse.ACME).getFirst().id();

        HttpResponse<String> answer =
                send(
                        method,
                        address.replace("ID", approval)
                                .replace("RES", RESERVATION)
                                .replace("TOOL", toolCall()),
                        body(method, path));

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

    /// One that has not ended.
    private String toolCall() {
        return house.ok("POST", "/api/tools/free/reserve?tenant=acme", "{}").path("id").asString();
    }

    private static String body(String method, String path) {
        String body =
                switch (method + " " + path.substring(path.lastIndexOf('/') + 1)) {
                    case "POST keys" -> "{'tenant':'acme','name':'new','defaults':{'app':'x'}}";
                    case "POST archive" -> "{'before':'2026-01-01T00:00:00Z'}";
                    case "POST tenants" -> "{'id':'new'}";
                    case "PUT {tenant}" -> "{'timezone':'Europe/Berlin'}";
                    case "POST tokens" -> "{'name':'new','role':'viewer'}";
                    case "POST budgets" ->
                            "{'tenant':'acme','name':'new','limit':'5 USD','idle':'2d'}";
                    case "PUT {name}" -> "{'limit':'5 USD','per':['run']}";
                    case "POST credit", "POST debit", "POST repay" -> "{'amount':'0.00000001 USD'}";
                    case "POST freeze", "POST unfreeze", "POST close" ->
                            path.contains("budgets") ? "{'budgets':['ask']}" : "{'reason':'over'}";
                    case "POST reservations" -> "{'tenant':'acme','amount':'1 tokens'}";
                    case "POST extend" -> "{'by':60}";
                    case "POST release" -> path.contains("tools") ? "{}" : "{'reason':'gone'}";
                    case "POST commit" -> path.contains("tools") ? "{}" : "{'amount':'1 tokens'}";
                    case "POST grant" -> "{'amount':'1 USD','until':'2999-01-01T00:00:00Z'}";
                    case "POST feedback" -> "{'tenant':'acme','call':'none','wrong':true}";
                    case "POST decline" -> "{'until':'2999-01-01T00:00:00Z'}";
                    default -> "{}";
                };
        return body.replace('\'', '"');
    }

    private static String pointer(String path) {
        return "/paths/" + path.replace("~", "~0").replace("/", "~1");
    }

    @Test
    void estimates_sayHowFarCountsAreFromBills() {
        JsonNode items = json(send("GET", "/api/estimates", "")).path("items");
        assertThat(items.get(0).toString())
                .isEqualTo(
                        "{\"provider\":\"anthropic\",\"model\":\"claude\",\"calls\":16,"
                                + "\"median_percent\":120,\"most_percent\":120,"
                                + "\"margin_percent\":123}");
        assertThat(items.get(1).path("model").asString()).isEqualTo("org/model");
        assertThat(items.get(1).has("margin_percent")).isFalse();
    }
}
