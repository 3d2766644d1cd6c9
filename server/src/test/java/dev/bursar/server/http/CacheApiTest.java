package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.KeyRequest;
import dev.bursar.server.directory.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What agents keep of their tools: by their own keys, and nobody else's.
class CacheApiTest {

    private static final String PLACE = "/api/cache/search/q-1";

    @TempDir Path data;

    private ApiHouse house;
    private String key;

    @BeforeEach
    void open() {
        house =
                new ApiHouse(
                        data,
                        """
                        tenants:
                          other: { cache: { tools: {} } }
                          off: {}
                          acme: { cache: { tools: { ttl: 1h, longest: 2h, bytes: 100 } } }
                        """);
        key = key("acme", "agent");
    }

    @AfterEach
    void close() {
        house.close();
    }

    private String key(String tenant, String name) {
        return house.directory
                .create(
                        KeyRequest.runtime(new TenantId(tenant), name, new TreeMap<>()),
                        Actor.COMMAND_LINE)
                .secret();
    }

    private HttpResponse<String> put(String token, String path, String body) {
        return house.send(token, "PUT", path, body);
    }

    private HttpResponse<String> get(String token, String path) {
        return house.send(token, "GET", path, "");
    }

    @Test
    void result_isForAllKeysOfItsTenant_andForNoOther() {
        assertThat(put(key, PLACE + "?ttl=60&cost=0.01", "{\"a\":1}").statusCode()).isEqualTo(200);
        HttpResponse<String> found = get(key("acme", "second"), PLACE);
        assertThat(found.statusCode()).isEqualTo(200);
        assertThat(found.body()).isEqualTo("{\"a\":1}");
        assertThat(found.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(found.headers().firstValue("age")).isPresent();
        assertThat(found.headers().firstValue("content-disposition")).hasValue("attachment");
        assertThat(get(key("other", "agent"), PLACE).statusCode()).isEqualTo(404);
        assertThat(get(key, PLACE + "?tenant=other").statusCode()).isEqualTo(404);
        assertThat(get(ApiHouse.TOKEN, PLACE + "?tenant=acme").body()).isEqualTo("{\"a\":1}");
        assertThat(get(ApiHouse.TOKEN, PLACE).statusCode()).isEqualTo(400);
        JsonNode stats = house.ok("GET", "/api/cache?tenant=acme", "").path("items").get(0);
        assertThat(stats.path("tools").path("exact_hits").asInt()).isEqualTo(2);
        assertThat(stats.path("tools").path("avoided_usd").asString()).isEqualTo("0.02");
    }

    @Test
    void result_dropped_isThereNoMore() {
        put(key, PLACE, "{}");
        assertThat(house.send(key, "DELETE", PLACE, "").statusCode()).isEqualTo(200);
        assertThat(house.send(key, "DELETE", PLACE, "").statusCode()).isEqualTo(404);
        assertThat(get(key, PLACE).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/cache/search/q?ttl=0|400|ttl",
                "/api/cache/search/q?ttl=10000|400|ttl: is longer",
                "/api/cache/search/q?cost=-1|400|cost",
                "/api/cache/search/q?cost=0.000000001|400|cost",
                "/api/cache/search/q?colour=red|400|colour",
                "/api/cache/a%20b/q|400|namespace",
            })
    void put_withAMistake_namesIt(String path, int status, String says) {
        HttpResponse<String> answer = put(key, path, "{}");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains(says);
    }

    @Test
    void put_beyondTheSettingsOrWithoutAny_isRefused() {
        assertThat(put(key, PLACE, "x".repeat(101)).statusCode()).isEqualTo(413);
        assertThat(put(key("off", "agent"), PLACE, "{}").statusCode()).isEqualTo(409);
        assertThat(put(key, PLACE + "?ttl=7201", "{}").statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"GET,/api/keys", "GET,/api/spend", "GET,/api/budgets", "POST,/api/reload"})
    void key_elsewhereInTheApi_isNotAccepted(String method, String path) {
        assertThat(house.send(key, method, path, "{}").statusCode()).isEqualTo(401);
    }

    @Test
    void roles_mayWhatIsStated() {
        String viewer = house.token("v", Role.VIEWER, ApiHouse.ACME);
        String operator = house.token("o", Role.OPERATOR, ApiHouse.ACME);
        assertThat(put(viewer, PLACE, "{}").statusCode()).isEqualTo(403);
        assertThat(get(viewer, PLACE).statusCode()).isEqualTo(403);
        assertThat(get(viewer, "/api/cache").statusCode()).isEqualTo(200);
        assertThat(put(operator, PLACE, "{}").statusCode()).isEqualTo(200);
        assertThat(get("", PLACE).statusCode()).isEqualTo(401);
        assertThat(get(key, "/api/cache").statusCode()).isEqualTo(200);
    }

    @Test
    void key_forAPartOfItsTenant_isRefused() {
        String narrow =
                house.directory
                        .create(
                                new KeyRequest(
                                        ApiHouse.ACME,
                                        "narrow",
                                        new TreeMap<>(),
                                        Permission.RUNTIME,
                                        ScopePath.parse("tenant:acme/agent:bot"),
                                        null),
                                Actor.COMMAND_LINE)
                        .secret();
        assertThat(get(narrow, PLACE).statusCode()).isEqualTo(403);
    }

    @Test
    void feedback_ofACallThatIsNotKnown_isNotFound() {
        String known = "{\"call\":\"c1\",\"wrong\":true}";
        assertThat(house.send(key, "POST", "/api/cache/feedback", known).statusCode())
                .isEqualTo(404);
        assertThat(
                        house.send(
                                        key,
                                        "POST",
                                        "/api/cache/feedback",
                                        "{\"call\":\"c1\",\"wrong\":false}")
                                .statusCode())
                .isEqualTo(400);
    }
}
