package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Role;
import dev.bursar.server.http.ApiRoute.Tenancy;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Walks all routes of `/api` with all roles.
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

    @Test
    void table_namesEveryRoute_andNoOther() {
        Set<String> mounted = new TreeSet<>();
        for (Route route : house.routes.all()) {
            String path = route.getPath();
            if (path != null && path.startsWith("/api/") && route.methods() != null) {
                for (HttpMethod method : route.methods()) {
                    mounted.add(method + " " + path);
                }
            }
        }
        Set<String> listed = new TreeSet<>();
        for (ApiRoute route : ApiRoute.values()) {
            listed.add(route.method() + " " + route.path());
        }
        assertThat(listed).hasSameSizeAs(ApiRoute.values()).isEqualTo(mounted);
    }

    /// Said once more, in other words than the table.
    private static Set<Role> mayUse(ApiRoute route) {
        boolean reads = route.method().equals(HttpMethod.GET);
        boolean rules =
                route.path().startsWith("/api/tokens")
                        || (!reads
                                && route.path()
                                        .matches("/api/(tenants|reload|rebuild|backup|archive).*"));
        if (rules) {
            return Set.of(Role.ADMIN);
        }
        if (route.path().startsWith("/api/exports/")) {
            return Set.of(Role.ADMIN, Role.OPERATOR, Role.FINANCE);
        }
        if (route.path().matches("/api/(cache|tools)/.*")) {
            return Set.of(Role.ADMIN, Role.OPERATOR);
        }
        return reads ? Set.of(Role.values()) : Set.of(Role.ADMIN, Role.OPERATOR);
    }

    @ParameterizedTest
    @EnumSource
    void document_saysWhoMayUseEachRoute(ApiRoute route) {
        JsonNode operation =
                ApiHouse.json(house.send("GET", OpenApi.PATH, ""))
                        .path("paths")
                        .path(route.path().replaceAll(":([a-z]+)", "{$1}"))
                        .path(route.method().name().toLowerCase(Locale.ROOT));
        Set<String> roles =
                operation
                        .path("security")
                        .valueStream()
                        .map(requirement -> requirement.path("token").path(0).asString())
                        .collect(Collectors.toSet());
        assertThat(roles)
                .isEqualTo(mayUse(route).stream().map(Role::written).collect(Collectors.toSet()));
        assertThat(operation.path("description").asString().contains("bound to a tenant"))
                .isEqualTo(route.tenancy() == Tenancy.PLACE);
        assertThat(operation.path("description").asString()).contains(roles);
    }

    private HttpResponse<String> send(String token, ApiRoute route) {
        String path = route.path().replace(":tenant", "acme").replaceAll(":[a-z]+", "no-such");
        if (route.tenancy() == Tenancy.FILTER) {
            path += "?tenant=acme";
        }
        String body =
                switch (route.tenancy()) {
                    case BODY ->
                            switch (route) {
                                case CACHE_FEEDBACK ->
                                        "{\"tenant\":\"acme\",\"call\":\"x\",\"wrong\":true}";
                                case CREATE_RESERVATION ->
                                        "{\"tenant\":\"acme\",\"amount\":\"1 USD\"}";
                                default -> "{\"tenant\":\"acme\",\"name\":\"x\"}";
                            };
                    case NONE, PLACE, PATH, FILTER, FOUND -> "{\"no_such_field\":1}";
                };
        return house.send(token, route.method().name(), path, body);
    }

    @ParameterizedTest
    @EnumSource
    void everyRoute_letsItsRolesPass_andNoOther(ApiRoute route) {
        for (Role role : Role.values()) {
            String token = token(role, null);

            int status = send(token, route).statusCode();

            if (mayUse(route).contains(role)) {
                assertThat(status).as("%s as %s", route, role).isNotIn(401, 403).isLessThan(500);
            } else {
                assertThat(status).as("%s as %s", route, role).isEqualTo(403);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRoute_wantsAToken_thatIsStillGood(ApiRoute route) {
        String revoked = token(Role.ADMIN, null);
        house.ok("DELETE", "/api/tokens/token-" + (names - 1), "");

        for (String token : List.of("", "wrong", revoked)) {
            HttpResponse<String> answer = send(token, route);
            assertThat(answer.statusCode()).as("%s with '%s'", route, token).isEqualTo(401);
            assertThat(answer.headers().firstValue("content-type"))
                    .contains("application/problem+json");
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRoute_showsABoundToken_noOtherTenant(ApiRoute route) {
        String token = token(Role.ADMIN, OTHER);
        List<Object> before = state();

        HttpResponse<String> answer = send(token, route);

        if (route.tenancy() == Tenancy.NONE) {
            assertThat(answer.statusCode()).isEqualTo(200);
        } else {
            assertThat(answer.statusCode())
                    .as("%s: %s", route, answer.body())
                    .isEqualTo(route.tenancy() == Tenancy.PLACE ? 403 : 404);
        }
        assertThat(state()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource
    void everyRoute_letsABoundToken_touchItsOwn(ApiRoute route) {
        String token = token(Role.ADMIN, ApiHouse.ACME);

        HttpResponse<String> answer = send(token, route);

        assertThat(answer.statusCode())
                .as("%s: %s", route, answer.body())
                .matches(status ->
                        route.tenancy() == Tenancy.PLACE
                                ? status == 403
                                : status != 401 && status != 403 && status < 500);
        assertThat(answer.body()).doesNotContain("no tenant acme");
    }

    private List<Object> state() {
        List<Object> state = new ArrayList<>();
        state.add(house.authority.journal().lastPosition());
        state.add(house.directory.keys(null));
        state.add(house.directory.tokens().all());
        state.add(house.directory.tenants());
        return state;
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
        assertThat(house.directory.tokens().named("of-acme")).isPresent();
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
