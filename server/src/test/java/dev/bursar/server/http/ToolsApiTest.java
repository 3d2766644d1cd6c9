package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.KeyRequest;
import dev.bursar.server.directory.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What agents spend on tools, by their own keys.
class ToolsApiTest {

    private static final String SEARCH = "/api/tools/search/charge";

    @TempDir Path data;

    private ApiHouse house;
    private String key;

    @BeforeEach
    void open() {
        house =
                new ApiHouse(
                        data,
                        """
                        tools:
                          search: { price: 0.01 }
                          crawl: { price: 0.002, per: page, at_most: 50, each: 0.001 }
                        tenants:
                          other: {}
                          acme:
                            budgets:
                              - { name: run, per: [run], limit: 0.12 USD }
                              - { name: steps, per: [run], limit: 3 tool_calls }
                              - { name: rate, limit: 5 tool_calls, every: 1m, match: { team: fast } }
                        """);
        key = key("acme", "agent", null);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private String key(String tenant, String name, @Nullable String scope) {
        return house.directory
                .create(
                        new KeyRequest(
                                new TenantId(tenant),
                                name,
                                new TreeMap<>(Map.of("agent", "bot")),
                                Permission.RUNTIME,
                                scope == null ? null : ScopePath.parse(scope),
                                null),
                        Actor.COMMAND_LINE)
                .secret();
    }

    private HttpResponse<String> post(String token, String path, String body, String... headers) {
        return house.send(token, "POST", path, body.replace('\'', '"'), headers);
    }

    private static String text(HttpResponse<String> answer, String field) {
        return ApiHouse.json(answer).path(field).asString();
    }

    @Test
    void reserveAndCommit_tellWhatIsHeldAndPaid_andTheRecordSaysSo() {
        HttpResponse<String> held =
                post(key, "/api/tools/crawl/reserve", "{'units':20}", "X-Bursar-Run", "r1");
        assertThat(held.statusCode()).as(held.body()).isEqualTo(200);
        assertThat(text(held, "held")).isEqualTo("0.041");
        assertThat(text(held, "decision")).isEqualTo("allow");
        assertThat(ApiHouse.json(held).at("/remaining/budget").asString()).isEqualTo("run");
        String id = text(held, "id");

        HttpResponse<String> paid = post(key, "/api/tools/calls/" + id + "/commit", "{'units':10}");

        assertThat(paid.statusCode()).as(paid.body()).isEqualTo(200);
        assertThat(text(paid, "cost")).isEqualTo("0.021");
        house.caughtUp();
        JsonNode call = house.ok("GET", "/api/calls/" + id, "");
        assertThat(call.at("/call/tool").asString()).isEqualTo("crawl");
        assertThat(call.at("/call/usd").asString()).isEqualTo("0.021");
        assertThat(call.at("/subject/key").asString()).isEqualTo("agent");
        JsonNode spend = house.ok("GET", "/api/spend?by=tool", "");
        assertThat(spend.toString()).contains("\"crawl\"", "0.021");
        JsonNode run = house.ok("GET", "/api/runs/acme/r1", "");
        assertThat(run.at("/run/tool_calls").asInt()).as(run.toString()).isEqualTo(1);
    }

    @Test
    void charge_beyondTheBudget_isADenialThatExplainsItself() {
        for (int i = 0; i < 3; i++) {
            assertThat(post(key, SEARCH, "{}", "X-Bursar-Run", "r1").statusCode()).isEqualTo(200);
        }

        HttpResponse<String> denied = post(key, SEARCH, "{}", "X-Bursar-Run", "r1");

        assertThat(denied.statusCode()).isEqualTo(402);
        assertThat(denied.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(denied.headers().firstValue("content-type"))
                .hasValue("application/problem+json");
        assertThat(text(denied, "type")).isEqualTo("urn:bursar:problem:budget_exhausted");
        JsonNode budget = ApiHouse.json(denied).path("budget");
        assertThat(budget.path("name").asString()).isEqualTo("steps");
        assertThat(budget.path("scope").asString()).isEqualTo("run=r1");
        assertThat(budget.path("spent").asInt()).isEqualTo(3);
        assertThat(post(key, SEARCH, "{}", "X-Bursar-Run", "r2").statusCode()).isEqualTo(200);
    }

    @Test
    void charge_beyondARate_saysWhenToComeBack() {
        for (int i = 0; i < 5; i++) {
            post(key, SEARCH, "{}", "X-Bursar-Run", "r" + i, "X-Bursar-Team", "fast");
        }

        HttpResponse<String> denied = post(key, SEARCH, "{}", "X-Bursar-Team", "fast");

        assertThat(denied.statusCode()).isEqualTo(429);
        assertThat(text(denied, "type")).endsWith(":rate_limited");
        assertThat(denied.headers().firstValue("retry-after").map(Integer::parseInt).orElseThrow())
                .isBetween(1, 60);
    }

    @Test
    void charge_ofAStoppedRun_isRefused() {
        house.authority.submit(new Command.StopRun(ApiHouse.ACME, "r1", Attribution.NONE));

        HttpResponse<String> denied = post(key, SEARCH, "{}", "X-Bursar-Run", "r1");

        assertThat(denied.statusCode()).isEqualTo(402);
        assertThat(text(denied, "type")).endsWith(":run_stopped");
    }

    @Test
    void charge_withoutAPrice_wantsTheCost() {
        HttpResponse<String> denied = post(key, "/api/tools/other/charge", "{}");
        HttpResponse<String> stated = post(key, "/api/tools/other/charge", "{'cost':'0.05'}");

        assertThat(denied.statusCode()).isEqualTo(403);
        assertThat(text(denied, "type")).endsWith(":tool_unpriced");
        assertThat(text(stated, "cost")).isEqualTo("0.05");
    }

    @Test
    void charge_sameId_inBodyOrHeader_isOnePayment() {
        String first = text(post(key, SEARCH, "{'id':'a'}"), "id");

        assertThat(text(post(key, SEARCH, "{'id':'a'}"), "id")).isEqualTo(first);
        assertThat(text(post(key, SEARCH, "{}", "Idempotency-Key", "a"), "id")).isEqualTo(first);
        assertThat(post(key, "/api/tools/crawl/charge", "{'id':'a'}").statusCode()).isEqualTo(409);
        assertThat(post(key, SEARCH, "{'id':'b'}", "Idempotency-Key", "a").statusCode())
                .isEqualTo(400);
        assertThat(text(post(key, SEARCH, "{'id':'b'}"), "id")).isNotEqualTo(first);
    }

    @Test
    void release_thenCommit_isAConflict() {
        String id = text(post(key, "/api/tools/search/reserve", "{}"), "id");
        String call = "/api/tools/calls/" + id;

        assertThat(text(post(key, call + "/release", "{}"), "released")).isEqualTo("0.01");
        assertThat(post(key, call + "/release", "{}").statusCode()).isEqualTo(200);
        assertThat(post(key, call + "/commit", "{}").statusCode()).isEqualTo(409);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/tools/search/reserve | {'units':1} | units",
                "/api/tools/crawl/reserve | {'units':51} | units",
                "/api/tools/crawl/reserve | {'units':'5'} | units",
                "/api/tools/crawl/reserve | {'units':1.5} | units",
                "/api/tools/crawl/reserve | {'units':99999999999999999999} | units",
                "/api/tools/search/reserve | {'cost':'1'} | cost",
                "/api/tools/other/reserve | {'cost':'-1'} | cost",
                "/api/tools/other/reserve | {'cost':'0.000000001'} | cost",
                "/api/tools/search/reserve | {'ttl':0} | ttl",
                "/api/tools/search/reserve | {'ttl':86401} | ttl",
                "/api/tools/search/reserve | {'ttl':9223372036854775807} | ttl",
                "/api/tools/search/charge | {'ttl':1} | ttl",
                "/api/tools/search/reserve | {'call':'a b'} | call",
                "/api/tools/search/reserve | {'id':'a b'} | id",
                "/api/tools/a%20b/reserve | {} | tool",
                "/api/tools/search/reserve?colour=red | {} | colour",
            })
    void request_withAMistake_namesItAndChangesNothing(String path, String body, String says) {
        long before = house.authority.journal().lastPosition();

        HttpResponse<String> answer = post(key, path, body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(text(answer, "detail")).contains(says);
        assertThat(house.authority.journal().lastPosition()).isEqualTo(before);
    }

    @Test
    void headers_thatAreNotKnown_areNamed() {
        HttpResponse<String> answer = post(key, SEARCH, "{}", "X-Bursar-Colour", "red");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(text(answer, "detail")).containsIgnoringCase("x-bursar-colour");
    }

    @Test
    void keys_actForTheirTenantAndScopeOnly() {
        String id = text(post(key, "/api/tools/search/reserve", "{}"), "id");
        String commit = "/api/tools/calls/" + id + "/commit";
        String other = key("other", "agent", null);
        String narrow = key("acme", "narrow", "tenant:acme/agent:bot");
        String elsewhere = key("acme", "elsewhere", "tenant:acme/agent:else");

        assertThat(post(other, commit, "{}").statusCode()).isEqualTo(404);
        assertThat(post(other, SEARCH + "?tenant=acme", "{}").statusCode()).isEqualTo(404);
        assertThat(post(elsewhere, commit, "{}").statusCode()).isEqualTo(403);
        assertThat(post(elsewhere, SEARCH, "{}").statusCode()).isEqualTo(200);
        assertThat(post(elsewhere, SEARCH, "{}", "X-Bursar-Agent", "bot").statusCode())
                .isEqualTo(403);
        assertThat(post(narrow, SEARCH, "{}").statusCode()).isEqualTo(200);
        assertThat(post(narrow, commit, "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void roles_mayWhatIsStated() {
        String viewer = house.token("v", Role.VIEWER, ApiHouse.ACME);
        String operator = house.token("o", Role.OPERATOR, null);

        assertThat(post(viewer, SEARCH, "{}").statusCode()).isEqualTo(403);
        assertThat(post(operator, SEARCH, "{}").statusCode()).isEqualTo(400);
        assertThat(post(operator, SEARCH + "?tenant=acme", "{}").statusCode()).isEqualTo(200);
        assertThat(post("", SEARCH, "{}").statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/keys", "/api/spend", "/api/tokens", "/api/toolsmith"})
    void key_elsewhereInTheApi_isNotAccepted(String path) {
        assertThat(house.send(key, "GET", path, "").statusCode()).isIn(401, 404);
    }

    @Test
    void prices_areForEverybodyWhoMayRead() {
        JsonNode items = ApiHouse.json(house.send(key, "GET", "/api/tools", "")).path("items");

        assertThat(items.size()).isEqualTo(2);
        assertThat(items.get(0).toString())
                .isEqualTo(
                        "{\"tool\":\"crawl\",\"price\":\"0.002\",\"per\":\"page\",\"at_most\":50,"
                                + "\"each\":\"0.001\"}");
        assertThat(items.get(1).toString()).isEqualTo("{\"tool\":\"search\",\"price\":\"0.01\"}");
    }
}
