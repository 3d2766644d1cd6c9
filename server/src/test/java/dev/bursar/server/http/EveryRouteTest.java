package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.JournalCount;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.KeyRequest;
import dev.bursar.server.directory.Role;
import dev.bursar.server.http.ApiRoute.Tenancy;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Walks all routes of `/api`, and all forms of the pages, as everybody who may come: each role, bound to no
/// tenant, to the one that is asked about, and to another; agents with their keys; and who says nothing.
class EveryRouteTest {

    /// What each route needs and how it belongs to a tenant, written by hand: a route that declares something
    /// else is a mistake, here or there.
    private static final String TABLE =
            """
            GET    /api/openapi.json                             read    none
            GET    /api/tenants                                  read    filter
            POST   /api/tenants                                  rule    place
            GET    /api/tenants/:tenant                          read    path
            PUT    /api/tenants/:tenant                          rule    path
            POST   /api/tenants/:tenant/suspend                  rule    place
            POST   /api/tenants/:tenant/activate                 rule    place
            POST   /api/tenants/:tenant/close                    rule    path
            GET    /api/keys                                     read    filter
            POST   /api/keys                                     operate body
            DELETE /api/keys/:tenant/:name                       operate path
            GET    /api/tokens                                   rule    filter
            POST   /api/tokens                                   rule    body
            DELETE /api/tokens/:name                             rule    found
            GET    /api/budgets                                  read    filter
            POST   /api/budgets                                  operate body
            GET    /api/budgets/:tenant/:name                    read    path
            PUT    /api/budgets/:tenant/:name                    operate path
            DELETE /api/budgets/:tenant/:name                    operate path
            GET    /api/budgets/:tenant/:name/balances           read    path
            POST   /api/budgets/:tenant/:name/credit             operate path
            POST   /api/budgets/:tenant/:name/debit              operate path
            POST   /api/budgets/:tenant/:name/reset              operate path
            POST   /api/budgets/:tenant/:name/repay              operate path
            POST   /api/budgets/:tenant/freeze                   operate path
            POST   /api/budgets/:tenant/unfreeze                 operate path
            POST   /api/budgets/:tenant/close                    operate path
            GET    /api/approvals                                read    filter
            POST   /api/approvals/:tenant/:approval/grant        operate path
            POST   /api/approvals/:tenant/:approval/decline      operate path
            GET    /api/reservations                             read    filter
            POST   /api/reservations                             operate body
            GET    /api/reservations/:tenant/:id                 read    path
            POST   /api/reservations/:tenant/:id/extend          operate path
            POST   /api/reservations/:tenant/:id/release         operate path
            POST   /api/reservations/:tenant/:id/commit          operate path
            GET    /api/spend                                    read    filter
            GET    /api/runs                                     read    filter
            GET    /api/runs/:tenant/:run                        read    path
            POST   /api/runs/:tenant/:run/stop                   operate path
            POST   /api/runs/:tenant/:run/resume                 operate path
            GET    /api/calls/:id                                read    found
            GET    /api/live                                     read    filter
            GET    /api/cache                                    read    filter
            POST   /api/cache/feedback                           keep    body
            PUT    /api/cache/:namespace/:key                    keep    filter
            GET    /api/cache/:namespace/:key                    keep    filter
            DELETE /api/cache/:namespace/:key                    keep    filter
            GET    /api/estimates                                read    place
            GET    /api/tools                                    read    none
            POST   /api/tools/:tool/reserve                      keep    filter
            POST   /api/tools/:tool/charge                       keep    filter
            POST   /api/tools/calls/:id/commit                   keep    filter
            POST   /api/tools/calls/:id/release                  keep    filter
            GET    /api/audit                                    read    filter
            GET    /api/exports/spend.csv                        export  filter
            GET    /api/exports/calls.csv                        export  filter
            GET    /api/exports/audit.csv                        export  filter
            POST   /api/reload                                   rule    place
            POST   /api/rebuild                                  rule    place
            POST   /api/backup                                   rule    place
            POST   /api/archive                                  rule    place
            """;

    /// The routes that the pages have a form for.
    private static final Set<String> FORMS =
            Set.of(
                    "POST /act/approvals/:tenant/:approval/grant",
                    "POST /act/approvals/:tenant/:approval/decline",
                    "POST /act/runs/:tenant/:run/stop",
                    "POST /act/runs/:tenant/:run/resume",
                    "POST /act/budgets/:tenant/freeze",
                    "POST /act/budgets/:tenant/unfreeze",
                    "POST /act/budgets/:tenant/close",
                    "POST /act/budgets/:tenant/:name/credit",
                    "POST /act/budgets/:tenant/:name/debit",
                    "POST /act/budgets/:tenant/:name/reset",
                    "POST /act/budgets/:tenant/:name/repay");

    private static final TenantId OTHER = new TenantId("other");

    @TempDir static Path data;

    @TempDir static Path openData;

    private static ApiHouse house;

    /// Without entries that somebody was not let in.
    private static JournalCount count;

    /// Where visitors may read.
    private static ApiHouse open;

    private static final List<Caller> CALLERS = new ArrayList<>();

    /// Of those who can sign in, by name.
    private static final Map<String, String> COOKIES = new TreeMap<>();

    /// Somebody who asks about the tenant `acme`.
    ///
    /// @param role null for an agent with its key
    /// @param tenant whom it is bound to
    private record Caller(
            String name, @Nullable Role role, @Nullable TenantId tenant, String token) {

        @Override
        public String toString() {
            return name;
        }
    }

    /// A line of the table.
    private record Line(String method, String path, String need, String tenancy) {

        static Map<String, Line> all() {
            Map<String, Line> lines = new LinkedHashMap<>();
            TABLE.lines()
                    .forEach(written -> {
                        String[] parts = written.split(" +", -1);
                        lines.put(
                                parts[0] + " " + parts[1],
                                new Line(parts[0], parts[1], parts[2], parts[3]));
                    });
            return lines;
        }

        static Line of(ApiRoute route) {
            return of(route.method() + " " + route.path());
        }

        static Line of(String written) {
            return Objects.requireNonNull(
                    all().get(written), () -> written + " is not in the table");
        }

        Set<Role> roles() {
            return switch (need) {
                case "read" -> Set.of(Role.values());
                case "export" -> Set.of(Role.ADMIN, Role.OPERATOR, Role.FINANCE);
                case "keep", "operate" -> Set.of(Role.ADMIN, Role.OPERATOR);
                case "rule" -> Set.of(Role.ADMIN);
                default -> throw new AssertionError(need);
            };
        }

        /// The status that says no; 0 where it passes.
        int expected(Caller caller) {
            Role role = caller.role();
            if (role == null) {
                if (!path.matches("/api/(cache|tools)(/.*)?")) {
                    return 401;
                }
            } else if (!roles().contains(role)) {
                return 403;
            }
            if (caller.tenant() == null || tenancy.equals("none")) {
                return 0;
            }
            if (tenancy.equals("place")) {
                return 403;
            }
            return caller.tenant().equals(OTHER) ? 404 : 0;
        }
    }

    @BeforeAll
    static void open() {
        house = new ApiHouse(data, "tenants: { acme: {}, other: {} }");
        count = new JournalCount(house.authority.journal());
        open = new ApiHouse(openData, "tenants: { acme: {} }", true);
        for (Role role : Role.values()) {
            for (TenantId tenant : new TenantId[] {null, ApiHouse.ACME, OTHER}) {
                String name = role.written() + (tenant == null ? "" : "-of-" + tenant);
                String token = house.token(name, role, tenant);
                CALLERS.add(new Caller(name, role, tenant, token));
                COOKIES.put(name, cookie(token));
            }
        }
        for (TenantId tenant : List.of(ApiHouse.ACME, OTHER)) {
            CALLERS.add(
                    new Caller(
                            "agent-of-" + tenant,
                            null,
                            tenant,
                            house.directory
                                    .create(
                                            KeyRequest.runtime(tenant, "agent", new TreeMap<>()),
                                            Actor.COMMAND_LINE)
                                    .secret()));
        }
    }

    @AfterAll
    static void close() {
        CALLERS.clear();
        COOKIES.clear();
        house.close();
        open.close();
    }

    @Test
    void table_namesEveryRoute_andNoOther() {
        Set<String> declared = new TreeSet<>();
        for (ApiRoute route : ApiRoute.values()) {
            declared.add(route.method() + " " + route.path());
        }
        assertThat(mounted("/api/")).isEqualTo(Line.all().keySet());
        assertThat(declared).hasSameSizeAs(ApiRoute.values()).isEqualTo(Line.all().keySet());
        assertThat(mounted("/act/")).isEqualTo(FORMS);
    }

    private static Set<String> mounted(String below) {
        Set<String> mounted = new TreeSet<>();
        for (Route route : house.routes.all()) {
            String path = route.getPath();
            if (path != null && path.startsWith(below) && route.methods() != null) {
                for (HttpMethod method : route.methods()) {
                    mounted.add(method + " " + path);
                }
            }
        }
        return mounted;
    }

    @ParameterizedTest
    @EnumSource
    void route_declaresWhatTheTableSays(ApiRoute route) {
        Line line = Line.of(route);
        assertThat(route.need().name().toLowerCase(Locale.ROOT)).isEqualTo(line.need());
        assertThat(route.tenancy().name().toLowerCase(Locale.ROOT)).isEqualTo(line.tenancy());
    }

    @ParameterizedTest
    @EnumSource
    void document_saysWhoMayUseEachRoute(ApiRoute route) {
        Line line = Line.of(route);
        JsonNode operation =
                ApiHouse.json(house.send("GET", OpenApi.PATH, ""))
                        .path("paths")
                        .path(line.path().replaceAll(":([a-z]+)", "{$1}"))
                        .path(line.method().toLowerCase(Locale.ROOT));
        Set<String> roles =
                operation
                        .path("security")
                        .valueStream()
                        .map(requirement -> requirement.path("token").path(0).asString())
                        .collect(Collectors.toSet());
        assertThat(roles)
                .isEqualTo(line.roles().stream().map(Role::written).collect(Collectors.toSet()));
        assertThat(operation.path("description").asString().contains("bound to a tenant"))
                .isEqualTo(line.tenancy().equals("place"));
        assertThat(operation.path("description").asString()).contains(roles);
    }

    private static HttpResponse<String> send(ApiHouse to, String token, Line line) {
        String path = line.path().replace(":tenant", "acme").replaceAll(":[a-z]+", "no-such");
        if (line.tenancy().equals("filter")) {
            path += "?tenant=acme";
        }
        String body =
                switch (line.path()) {
                    case "/api/cache/feedback" ->
                            "{\"tenant\":\"acme\",\"call\":\"x\",\"wrong\":true}";
                    case "/api/reservations" -> "{\"tenant\":\"acme\",\"amount\":\"1 USD\"}";
                    default ->
                            line.tenancy().equals("body")
                                    ? "{\"tenant\":\"acme\",\"name\":\"x\"}"
                                    : "{\"no_such_field\":1}";
                };
        return to.send(token, line.method(), path, body);
    }

    @ParameterizedTest
    @EnumSource
    void everyRoute_letsPassWhoMayUseIt_andNobodyElse(ApiRoute route) {
        Line line = Line.of(route);
        for (Caller caller : CALLERS) {
            int expected = line.expected(caller);
            List<Object> before = state();
            long asked = count.entries().asked();

            HttpResponse<String> answer = send(house, caller.token(), line);

            String said = "%s as %s: %s".formatted(route, caller, answer.body());
            if (expected == 0) {
                assertThat(answer.statusCode()).as(said).isNotIn(401, 403).isLessThan(500);
                assertThat(answer.body()).as(said).doesNotContain("no tenant acme");
            } else {
                assertThat(answer.statusCode()).as(said).isEqualTo(expected);
                assertThat(state()).isEqualTo(before);
                assertThat(count.entries().asked()).as(said).isEqualTo(asked);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRoute_wantsAToken_thatIsStillGood(ApiRoute route) {
        Line line = Line.of(route);
        String name = "revoked-" + route.name().toLowerCase(Locale.ROOT).replace('_', '-');
        String revoked = house.token(name, Role.ADMIN, null);
        house.ok("DELETE", "/api/tokens/" + name, "");
        for (String token : List.of("", "wrong", revoked)) {
            HttpResponse<String> answer = send(house, token, line);
            assertThat(answer.statusCode()).as("%s with '%s'", route, token).isEqualTo(401);
            assertThat(answer.headers().firstValue("content-type"))
                    .contains("application/problem+json");
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRoute_atAnOpenDoor_letsAVisitorReadAndNoMore(ApiRoute route) {
        Line line = Line.of(route);
        long position = open.authority.journal().lastPosition();
        HttpResponse<String> answer = send(open, "", line);
        if (!line.method().equals("GET")) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        } else if (line.need().equals("read")) {
            assertThat(answer.statusCode()).as(answer.body()).isNotIn(401, 403).isLessThan(500);
        } else {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
        }
        assertThat(open.authority.journal().lastPosition()).isEqualTo(position);
    }

    private static List<Object> state() {
        return List.of(
                house.authority.budgets(),
                house.directory.keys(null),
                house.directory.tokens().all(),
                house.directory.tenants());
    }

    private static List<String> forms() {
        return List.copyOf(FORMS);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void everyForm_letsPassWhoMayUseIt_andNobodyElse(String form) {
        Line line = Line.of(form.replace("/act/", "/api/"));
        for (Caller caller : CALLERS) {
            HttpResponse<String> answer = submit(house, caller, line);
            String said = "%s as %s: %s".formatted(form, caller, answer.body());
            if (caller.role() == null) {
                assertThat(leadsTo(answer)).as(said).startsWith("/sign-in");
            } else if (line.expected(caller) == 0) {
                assertThat(answer.statusCode()).as(said).isEqualTo(303);
                assertThat(leadsTo(answer)).as(said).isEqualTo("/runs");
            } else {
                assertThat(answer.statusCode()).as(said).isEqualTo(line.expected(caller));
            }
        }
        assertThat(leadsTo(submit(house, null, line))).startsWith("/sign-in");
        assertThat(submit(open, null, line).statusCode()).isEqualTo(403);
    }

    private static String leadsTo(HttpResponse<String> answer) {
        return answer.headers().firstValue("location").orElse("");
    }

    private static String cookie(String token) {
        return ask(form(house, "/sign-in", "token=" + token))
                .headers()
                .firstValue("set-cookie")
                .map(set -> set.substring(0, set.indexOf(';')))
                .orElseThrow();
    }

    /// Sends a form as a browser does that has signed in, or as an agent would with its key.
    ///
    /// @param caller null for nobody
    private static HttpResponse<String> submit(ApiHouse to, @Nullable Caller caller, Line line) {
        String path =
                line.path()
                        .replace("/api/", "/act/")
                        .replace(":tenant", "acme")
                        .replaceAll(":[a-z]+", "no-such");
        String cookie = caller == null ? null : COOKIES.get(caller.name());
        String body = "back=/runs&form_token=";
        if (cookie == null) {
            return ask(
                    caller == null
                            ? form(to, path, body)
                            : form(to, path, body, "Authorization", "Bearer " + caller.token()));
        }
        Sessions.Session session =
                to.routes.sessions().of(cookie.substring(cookie.indexOf('=') + 1)).orElseThrow();
        return ask(form(to, path, body + session.formToken(), "Cookie", cookie));
    }

    private static HttpResponse<String> ask(HttpRequest request) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpRequest form(ApiHouse to, String path, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    /// A route of its own kind would be walked by no line above.
    @Test
    void table_knowsEveryWayToBelongToATenant() {
        Set<String> known =
                Line.all().values().stream().map(Line::tenancy).collect(Collectors.toSet());
        for (Tenancy tenancy : Tenancy.values()) {
            assertThat(known).contains(tenancy.name().toLowerCase(Locale.ROOT));
        }
    }
}
