package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
import static dev.bursar.server.cycles.CyclesServer.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Reservations that have ended, and lists of them, over HTTP: each read sees what was answered before.
class ListsTest {

    private static final String TENANTS =
            """
            acme:
              keys:
                - { name: app, secret: acme-secret }
                - { name: part, secret: part-secret, scope: "tenant:acme/agent:a2" }
              budgets:
                - { name: all, limit: 1000 USD, scope: "tenant:acme" }
            umbrella:
              keys: [ { name: app, secret: umbrella-secret } ]
            """;

    @TempDir static Path directory;

    private static CyclesServer server;

    /// Committed, released, expired and two open ones, in the order of their making.
    private static final List<String> IDS = new ArrayList<>();

    private static final List<String> KEYS = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        server = CyclesServer.start(directory, TENANTS);
        for (int i = 0; i < 5; i++) {
            String key = newKey();
            Reply reply =
                    server.post(
                            "/v1/reservations",
                            reserve(
                                    key,
                                    "{\"agent\":\"A%d\",\"dimensions\":{\"d\":\"%d\"}}"
                                            .formatted(i, i),
                                    100 + i,
                                    i == 2
                                            ? ",\"ttl_ms\":1000,\"grace_period_ms\":0"
                                            // longer than all tests of the class may take
                                            : ",\"ttl_ms\":3600000,\"metadata\":{\"n\":%d}"
                                                    .formatted(i)));
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
            IDS.add(reply.text("reservation_id"));
            KEYS.add(key);
        }
        end(
                0,
                "commit",
                ",\"actual\":{\"unit\":\"USD_MICROCENTS\",\"amount\":42},"
                        + "\"metadata\":{\"done\":true}");
        end(1, "release", "");
        end(4, "extend", ",\"extend_by_ms\":5000");
        JsonNode expiring = null;
        while (expiring == null || expiring.isEmpty()) {
            expiring = server.get("/v1/reservations?status=EXPIRED").json().get("reservations");
        }
    }

    private static void end(int index, String how, String more) {
        Reply reply =
                server.post(
                        "/v1/reservations/" + IDS.get(index) + "/" + how,
                        "{\"idempotency_key\":\"%s\"%s}".formatted(newKey(), more));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static List<Integer> listed(String query) {
        Reply reply = server.get("/v1/reservations" + query);
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        reply.json().get("reservations").forEach(StrictBody::detail);
        List<Integer> indexes = new ArrayList<>();
        reply.json()
                .get("reservations")
                .forEach(r -> indexes.add(IDS.indexOf(r.get("reservation_id").asString())));
        return indexes;
    }

    @Test
    void find_committed_tellsWhatItCameTo() {
        Reply reply = server.get("/v1/reservations/" + IDS.get(0));

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        StrictBody.detail(reply.json());
        assertThat(reply.text("status")).isEqualTo("COMMITTED");
        assertThat(reply.json().get("committed").get("amount").asLong()).isEqualTo(42);
        assertThat(reply.json().get("reserved").get("amount").asLong()).isEqualTo(100);
        assertThat(reply.json().get("metadata").toString()).isEqualTo("{\"n\":0}");
        assertThat(reply.json().get("committed_metadata").toString()).isEqualTo("{\"done\":true}");
        assertThat(reply.json().get("finalized_at_ms").asLong())
                .isGreaterThanOrEqualTo(reply.json().get("created_at_ms").asLong());
        assertThat(reply.json().get("subject").toString())
                .isEqualTo("{\"tenant\":\"acme\",\"agent\":\"A0\",\"dimensions\":{\"d\":\"0\"}}");
    }

    @Test
    void find_releasedExpiredOrOfAnother_isToldSo() {
        assertThat(server.get("/v1/reservations/" + IDS.get(1)).text("status"))
                .isEqualTo("RELEASED");
        server.get("/v1/reservations/" + IDS.get(2)).refused(410, "RESERVATION_EXPIRED");
        server.send(server.as(CyclesServer.OTHER, "/v1/reservations/" + IDS.get(0)))
                .refused(403, "FORBIDDEN");
        server.send(server.as("part-secret", "/v1/reservations/" + IDS.get(0)))
                .refused(403, "FORBIDDEN");
        assertThat(
                        server.send(
                                        server.request("/v1/reservations/" + IDS.get(0))
                                                .header("X-Admin-API-Key", CyclesServer.ADMIN))
                                .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|4 3 2 1 0",
                "?sort_dir=asc|0 1 2 3 4",
                "?sort_by=reserved&sort_dir=asc|0 1 2 3 4",
                "?sort_by=scope_path|4 3 2 1 0",
                "?sort_by=expires_at_ms|4 3 1 0 2",
                "?status=ACTIVE|4 3",
                "?status=COMMITTED|0",
                "?status=EXPIRED|2",
                "?agent=a3|3",
                "?agent=A3&tenant=acme&workspace=|3",
                "?app=none|''",
                "?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z|''",
                "?from=2020-01-01T00:00:00Z|4 3 2 1 0",
                "?finalized_from=2020-01-01T00:00:00Z|1 0",
                "?expires_to=2020-01-01T00:00:00Z|''",
            })
    void list_filtersAndSorts(String query, String indexes) {
        List<Integer> expected = new ArrayList<>();
        for (String index : indexes.split(" ", -1)) {
            if (!index.isEmpty()) {
                expected.add(Integer.valueOf(index));
            }
        }
        assertThat(listed(query)).isEqualTo(expected);
    }

    @Test
    void list_byKey_findsTheOne() {
        assertThat(listed("?idempotency_key=" + KEYS.get(3))).containsExactly(3);
    }

    @Test
    void list_includes_onlyWhatIsAskedFor() {
        JsonNode plain = server.get("/v1/reservations?status=COMMITTED").json();
        assertThat(plain.get("reservations").get(0).has("metadata")).isFalse();
        JsonNode with =
                server.get("/v1/reservations?status=COMMITTED&include=metadata,nothing").json();
        assertThat(with.get("reservations").get(0).has("metadata")).isTrue();
        assertThat(with.get("reservations").get(0).has("committed_metadata")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?limit=2",
                "?limit=2&sort_by=status&sort_dir=asc",
                "?limit=1&sort_by=tenant"
            })
    void list_inPages_isTheWholeListOnce(String query) {
        List<Integer> seen = new ArrayList<>(listed(query));
        String cursor = server.get("/v1/reservations" + query).text("next_cursor");
        while (!cursor.isEmpty()) {
            seen.addAll(listed(query + "&cursor=" + cursor));
            cursor =
                    server.get("/v1/reservations" + query + "&cursor=" + cursor)
                            .text("next_cursor");
        }
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
    }

    @Test
    void list_cursorOfAnotherList_isRefused() {
        String cursor = server.get("/v1/reservations?limit=2").text("next_cursor");

        server.get("/v1/reservations?limit=2&status=ACTIVE&cursor=" + cursor)
                .refused(400, "INVALID_REQUEST");
        server.get("/v1/reservations?limit=2&sort_dir=asc&cursor=" + cursor)
                .refused(400, "INVALID_REQUEST");
        assertThat(listed("?limit=3&cursor=" + cursor)).containsExactly(2, 1, 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from",
                "to",
                "expires_from",
                "expires_to",
                "finalized_from",
                "finalized_to",
            })
    void list_timesThatNoClockSays_areRefusedByName(String name) {
        for (String year : List.of("%2B999999999", "-999999999", "%2B10000", "-0001")) {
            String query = "?" + name + "=" + year + "-01-01T00:00:00Z";
            Reply reply = server.get("/v1/reservations" + query).refused(400, "INVALID_REQUEST");
            assertThat(reply.text("message")).startsWith(name + " must be a time");
            if (!name.contains("_")) {
                reply = server.get("/v1/events" + query).refused(400, "INVALID_REQUEST");
                assertThat(reply.text("message")).startsWith(name + " must be a time");
            }
        }
        assertThat(server.get("/v1/reservations?" + name + "=9999-12-31T23:59:59-18:00").status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?status=OPEN",
                "?sort_by=name",
                "?sort_dir=up",
                "?limit=201",
                "?from=yesterday",
                "?from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z",
                "?cursor=AAAA",
                "?cursor=!",
            })
    void list_wrongQuestions_areRefused(String query) {
        server.get("/v1/reservations" + query).refused(400, "INVALID_REQUEST");
    }

    @Test
    void list_isOfTheCallersTenantAndScope() {
        server.get("/v1/reservations?tenant=umbrella").refused(403, "FORBIDDEN");
        assertThat(
                        server.send(server.as(CyclesServer.OTHER, "/v1/reservations"))
                                .json()
                                .get("reservations")
                                .size())
                .isZero();
        JsonNode part = server.send(server.as("part-secret", "/v1/reservations")).json();
        assertThat(part.get("reservations").size()).isEqualTo(1);
        assertThat(part.get("reservations").get(0).get("scope_path").asString())
                .isEqualTo("tenant:acme/agent:a2");
    }

    @Test
    void list_byAnAdministrator_needsATenant() {
        Reply none =
                server.send(
                        server.request("/v1/reservations")
                                .header("X-Admin-API-Key", CyclesServer.ADMIN));
        none.refused(400, "INVALID_REQUEST");
        assertThat(none.text("message"))
                .isEqualTo(
                        "tenant query parameter is required when using admin key authentication");
        assertThat(
                        server.send(
                                        server.request("/v1/reservations?tenant=acme")
                                                .header("X-Admin-API-Key", CyclesServer.ADMIN))
                                .json()
                                .get("reservations")
                                .size())
                .isEqualTo(5);
    }

    @Test
    void list_afterARebuild_isTheSame() {
        String before = server.get("/v1/reservations?include=metadata").body();
        server.server().usage().rebuild();
        server.follow();

        assertThat(server.get("/v1/reservations?include=metadata").body()).isEqualTo(before);
    }

    @Test
    void events_tellDenialsAndExpiries() {
        server.post(
                        CyclesServer.OTHER,
                        "/v1/reservations",
                        reserve(newKey(), "{\"agent\":\"x\"}", 1, ""))
                .refused(404, "NOT_FOUND");
        server.post(
                        "/v1/reservations",
                        reserve(newKey(), "{\"agent\":\"x\"}", 1_000_000_000_000L, ""))
                .refused(409, "BUDGET_EXCEEDED");
        server.post(
                        "/v1/events",
                        reserve(
                                        newKey(),
                                        "{\"agent\":\"y\"}",
                                        1_000_000_000_000L,
                                        ",\"overage_policy\":\"REJECT\"")
                                .replace("estimate", "actual"))
                .refused(409, "BUDGET_EXCEEDED");

        JsonNode both = server.get("/v1/events?event_type=reservation.denied").json();
        JsonNode events = server.get("/v1/events").json();

        assertThat(both.get("events").size()).isEqualTo(2);
        assertThat(both.get("events").get(0).get("scope").asString())
                .isEqualTo("tenant:acme/agent:y");

        assertThat(events.get("has_more").asBoolean()).isFalse();
        JsonNode denied = events.get("events").get(1);
        assertThat(denied.get("event_type").asString()).isEqualTo("reservation.denied");
        assertThat(denied.get("scope").asString()).isEqualTo("tenant:acme/agent:x");
        assertThat(denied.get("tenant_id").asString()).isEqualTo("acme");
        assertThat(Instant.parse(denied.get("timestamp").asString()))
                .isBefore(Instant.now().plusSeconds(1));
        JsonNode expired =
                server.get("/v1/events?event_type=reservation.expired").json().get("events");
        assertThat(expired.size()).isEqualTo(1);
        assertThat(expired.get(0).get("data").get("reservation_id").asString())
                .isEqualTo(IDS.get(2));
        String cursor = server.get("/v1/events?limit=2").text("next_cursor");
        assertThat(server.get("/v1/events?cursor=" + cursor).json().get("events").get(0))
                .isEqualTo(expired.get(0));
        server.get("/v1/events?event_type=nothing").refused(400, "INVALID_REQUEST");
    }
}
