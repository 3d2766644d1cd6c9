package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.AccessToken;
import dev.bursar.server.directory.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What tokens see and touch; [EveryRouteTest] walks the routes.
class AccessTest {

    private static final TenantId OTHER = new TenantId("other");

    @TempDir static Path data;

    private static ApiHouse house;

    private static int names;

    @BeforeAll
    static void open() {
        house = new ApiHouse(data, "tenants: { acme: {}, other: {} }");
        house.caughtUp();
    }

    @AfterAll
    static void close() {
        house.close();
    }

    /// Of a new name.
    private static String token(Role role, @Nullable TenantId tenant) {
        return house.token("token-" + names++, role, tenant);
    }

    /// Agents ask so whether there is a server; whoever is sent to the sign-in must get there.
    @ParameterizedTest
    @CsvSource({
        "/health/live, 200",
        "/health/ready, 200",
        "/metrics, 200",
        "/sign-in, 200",
        "/, 303",
    })
    void head_ofAnAddress_isAnsweredAsItsGetWithoutABody(String path, int status) {
        HttpResponse<String> response = house.send("", "HEAD", path, "");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void lists_ofABoundToken_haveItsTenantOnly() {
        String token = token(Role.VIEWER, OTHER);
        house.ok("POST", "/api/keys", "{\"tenant\":\"acme\",\"name\":\"a\"}");
        house.ok("POST", "/api/keys", "{\"tenant\":\"other\",\"name\":\"b\"}");

        var keys = ApiHouse.json(house.send(token, "GET", "/api/keys", ""));
        var tenants = ApiHouse.json(house.send(token, "GET", "/api/tenants", ""));

        assertThat(keys.path("items").size()).isEqualTo(1);
        assertThat(keys.at("/items/0/name").asString()).isEqualTo("b");
        assertThat(tenants.path("items").size()).isEqualTo(1);
        assertThat(tenants.at("/items/0/id").asString()).isEqualTo("other");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/spend?by=tenant",
                "/api/runs",
                "/api/live",
                "/api/calls/spent",
                "/api/runs/acme/r1"
            })
    void figures_ofABoundToken_areOfItsTenantOnly(String path) {
        house.reserve("spent", 77_000_000);
        house.commit("spent", 77_000_000);
        house.caughtUp();

        String own = house.send(token(Role.VIEWER, ApiHouse.ACME), "GET", path, "").body();
        String other = house.send(token(Role.VIEWER, OTHER), "GET", path, "").body();

        assertThat(own).contains("0.77");
        assertThat(other).doesNotContain("0.77");
    }

    @Test
    void token_ofAnotherTenant_isNotRevoked() {
        String token = token(Role.ADMIN, OTHER);
        house.token("of-acme", Role.VIEWER, ApiHouse.ACME);

        assertThat(house.send(token, "DELETE", "/api/tokens/of-acme", "").statusCode())
                .isEqualTo(404);
        assertThat(house.directory.tokens().named("of-acme")).isNotEmpty();
    }

    @Test
    void nameOfATokenOfAnotherTenant_isNotToldToABoundAdministrator() {
        house.token("known-name", Role.VIEWER, ApiHouse.ACME);
        String token = token(Role.ADMIN, OTHER);
        String body = "{\"name\":\"known-name\",\"role\":\"viewer\"}";

        assertThat(house.send(token, "POST", "/api/tokens", body).statusCode()).isEqualTo(201);
        assertThat(house.send(token, "POST", "/api/tokens", body).statusCode()).isEqualTo(409);

        assertThat(house.send("DELETE", "/api/tokens/known-name", "").statusCode()).isEqualTo(409);
        assertThat(house.send(token, "DELETE", "/api/tokens/known-name", "").statusCode())
                .isEqualTo(200);
        assertThat(house.directory.tokens().named("known-name"))
                .extracting(AccessToken::tenant)
                .containsExactly(ApiHouse.ACME);
        assertThat(house.send("DELETE", "/api/tokens/known-name?tenant=acme", "").statusCode())
                .isEqualTo(200);
    }

    @Test
    void boundAdministrator_makesNoTokenForAll() {
        String token = token(Role.ADMIN, OTHER);

        var made =
                ApiHouse.json(
                        house.send(
                                token,
                                "POST",
                                "/api/tokens",
                                "{\"name\":\"n\",\"role\":\"admin\"}"));

        assertThat(made.path("tenant").asString()).isEqualTo("other");
    }
}
