package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.KeyRequest;
import dev.bursar.server.directory.Role;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What is left of requests that were not let in.
class RefusedAccessTest {

    @TempDir Path data;

    private Instant now = Instant.parse("2026-03-10T12:00:00Z");
    private ApiHouse house;
    private RefusedAccess refused;

    @BeforeEach
    void open() {
        house = new ApiHouse(data, "tenants: { acme: {}, other: {} }");
        refused =
                new RefusedAccess(
                        new Notary(house.directory, house.authority),
                        new PrometheusRegistry(),
                        () -> now);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private JsonNode acts() {
        house.caughtUp();
        return house.ok("GET", "/api/audit?limit=500&action=access.refuse", "").path("items");
    }

    /// Actor, route and count, in the order they were told.
    private List<String> told() {
        List<String> told = new ArrayList<>();
        acts().forEach(act ->
                told.add(
                        act.path("actor").asString()
                                + " "
                                + act.path("target").asString()
                                + " "
                                + act.at("/details/count").asString()));
        return told.reversed();
    }

    private double counted(String reason) {
        String line = "bursar_refused_access_total{reason=\"" + reason + "\"} ";
        return house.send("", "GET", "/metrics", "")
                .body()
                .lines()
                .filter(one -> one.startsWith(line))
                .mapToDouble(one -> Double.parseDouble(one.substring(line.length())))
                .sum();
    }

    @Test
    void requestThatMayNotBe_isInTheAuditLog_andCounted() {
        String viewer = house.token("eve", Role.VIEWER, ApiHouse.ACME);
        for (int i = 0; i < 3; i++) {
            assertThat(house.send(viewer, "POST", "/api/keys", "{}").statusCode()).isEqualTo(403);
        }
        assertThat(house.send(viewer, "POST", "/api/backup", "{}").statusCode()).isEqualTo(403);
        String admin = house.token("adam", Role.ADMIN, ApiHouse.ACME);
        assertThat(house.send(admin, "POST", "/api/reload", "{}").statusCode()).isEqualTo(403);

        assertThat(told())
                .containsExactly(
                        "acme/eve POST /api/keys 1",
                        "acme/eve POST /api/backup 1",
                        "acme/adam POST /api/reload 1");
        assertThat(acts().at("/0/tenant").asString()).isEqualTo("acme");
        assertThat(acts().at("/0/request_id").isNull()).isFalse();
        assertThat(counted("forbidden")).isEqualTo(5);
    }

    @Test
    void keyOfAPartOfATenant_thatAsksForTheCache_isInTheAuditLog() {
        String secret =
                house.directory
                        .create(
                                new KeyRequest(
                                        ApiHouse.ACME,
                                        "part",
                                        new TreeMap<>(),
                                        Permission.RUNTIME,
                                        ScopePath.parse("tenant:acme/app:web"),
                                        null),
                                Actor.COMMAND_LINE)
                        .secret();
        for (String method : List.of("GET", "PUT", "X1", "X2")) {
            assertThat(house.send(secret, method, "/api/cache/n/" + method, "").statusCode())
                    .isEqualTo(403);
        }
        assertThat(told()).containsExactly("key:part /api/cache 1");
    }

    /// One that is there and one that is not are the same, also in what is written down.
    @Test
    void requestForAnotherTenant_isNotFound_andInTheAuditLogOfTheActorsOwn() {
        String operator = house.token("olga", Role.OPERATOR, ApiHouse.ACME);
        for (String tenant : List.of("other", "nowhere")) {
            for (String of : List.of("/api/tenants/" + tenant, "/api/keys?tenant=" + tenant)) {
                assertThat(house.send(operator, "GET", of, "").statusCode()).isEqualTo(404);
            }
            String key = "{\"tenant\":\"%s\",\"name\":\"k\"}".formatted(tenant);
            assertThat(house.send(operator, "POST", "/api/keys", key).statusCode()).isEqualTo(404);
        }

        assertThat(told())
                .containsExactly(
                        "acme/olga GET /api/tenants/:tenant 1",
                        "acme/olga GET /api/keys 1",
                        "acme/olga POST /api/keys 1");
        assertThat(acts())
                .extracting(act -> act.path("tenant").asString())
                .containsOnly(ApiHouse.ACME.value());
        assertThat(counted("forbidden")).isEqualTo(6);
    }

    /// An entry about an id that is there would tell that it is.
    @Test
    void requestForAnIdOfAnotherTenant_isNotToldApartFromOneForNone() {
        house.token("otto", Role.VIEWER, new TenantId("other"));
        String admin = house.token("adam", Role.ADMIN, ApiHouse.ACME);
        for (String name : List.of("otto", "nobody")) {
            assertThat(house.send(admin, "DELETE", "/api/tokens/" + name, "").statusCode())
                    .isEqualTo(404);
        }
        assertThat(told()).isEmpty();
    }

    /// Whoever is not known writes nothing.
    @Test
    void requestOfNobody_isOnlyCounted() {
        long before = house.authority.journal().lastPosition();
        for (int i = 0; i < 3; i++) {
            assertThat(house.send("", "POST", "/api/keys", "{}").statusCode()).isEqualTo(401);
        }
        assertThat(house.send("wrong", "GET", "/api/keys", "").statusCode()).isEqualTo(401);
        assertThat(house.authority.journal().lastPosition()).isEqualTo(before);
        assertThat(counted("no_token")).isEqualTo(3);
        assertThat(counted("wrong_token")).isEqualTo(1);
    }

    @Test
    void whoAsksOnAndOn_isToldOfOnceAMinute_withHowOften() {
        Actor eve = Actor.of("eve", Role.VIEWER);
        for (int i = 0; i < 60; i++) {
            refused.forbidden(eve, "POST /api/keys");
            now = now.plusSeconds(2);
        }
        assertThat(told()).containsExactly("eve POST /api/keys 1", "eve POST /api/keys 30");
        now = now.plus(Duration.ofHours(1));
        refused.forbidden(eve, "POST /api/tokens");
        assertThat(told())
                .containsExactly(
                        "eve POST /api/keys 1",
                        "eve POST /api/keys 30",
                        "eve POST /api/keys 29",
                        "eve POST /api/tokens 1");
    }

    @Test
    void moreThanCanBeToldOfAtATime_areOnlyCounted() {
        long before = house.authority.journal().lastPosition();
        for (int i = 0; i < RefusedAccess.MAX_TOLD + 50; i++) {
            refused.forbidden(Actor.of("a" + i, Role.VIEWER), "POST /api/keys");
        }
        assertThat(house.authority.journal().lastPosition() - before)
                .isEqualTo(RefusedAccess.MAX_TOLD);
        for (int i = 0; i < 50; i++) {
            refused.forbidden(Actor.of("a" + i, Role.VIEWER), "POST /api/keys");
        }
        now = now.plus(RefusedAccess.REST);
        before = house.authority.journal().lastPosition();
        refused.forbidden(Actor.of("late", Role.VIEWER), "POST /api/keys");
        // Its own, and some of the fifty that wait.
        assertThat(house.authority.journal().lastPosition() - before).isEqualTo(21);
        refused.forbidden(Actor.of("late", Role.VIEWER), "POST /api/keys");
        refused.forbidden(Actor.of("late", Role.VIEWER), "POST /api/keys");
        assertThat(house.authority.journal().lastPosition() - before).isEqualTo(51);
    }

    @Test
    void tokensOfOneTenant_hideNothingThatOthersDo() {
        long before = house.authority.journal().lastPosition();
        for (int i = 0; i < RefusedAccess.MAX_TOLD_OF_TENANT + 50; i++) {
            refused.forbidden(Actor.of(ApiHouse.ACME, "k" + i), "POST /api/keys");
        }
        refused.forbidden(Actor.of("eve", Role.VIEWER), "POST /api/keys");
        assertThat(house.authority.journal().lastPosition() - before)
                .isEqualTo(RefusedAccess.MAX_TOLD_OF_TENANT + 1);
    }

    @Test
    void whatCannotBeWritten_isToldLater() {
        Actor eve = Actor.of("eve", Role.VIEWER);
        house.authority.close();
        refused.forbidden(eve, "POST /api/keys");
        refused.forbidden(eve, "POST /api/keys");
        assertThat(refused.waiting()).isEqualTo(2);
    }
}
