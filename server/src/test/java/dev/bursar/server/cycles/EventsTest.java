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
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The list of events: what it tells of denials and expiries, and what it can be asked.
class EventsTest {

    private static final String TENANTS =
            """
            acme:
              keys:
                - { name: app, secret: acme-secret }
                - { name: part, secret: part-secret, scope: "tenant:acme/agent:bot" }
              budgets:
                - { name: all, limit: 1000 USD, scope: "tenant:acme" }
                - { name: bot, limit: 0.00001 USD, scope: "tenant:acme/agent:bot" }
                - { name: debtor, limit: 0.00001 USD, overdraft: 0.000005 USD, scope: "tenant:acme/agent:debtor" }
            umbrella:
              keys: [ { name: app, secret: umbrella-secret } ]
            """;

    private static final String BOT = "{\"agent\":\"bot\",\"dimensions\":{\"d\":\"v\"}}";

    private static final long TTL_MILLIS = 5_000;

    private static final String REJECT = ",\"overage_policy\":\"REJECT\"";

    @TempDir static Path directory;

    private static CyclesServer server;

    /// Of each denial, in the order of their making.
    private static final List<Reply> REPLIES = new ArrayList<>();

    /// The reservation whose commit was denied, and the one that expired.
    private static String kept = "";

    private static String expired = "";

    @BeforeAll
    static void start() throws IOException {
        server = CyclesServer.start(directory, TENANTS);
        kept = reserved(20, REJECT);
        REPLIES.add(server.post("/v1/reservations", reserve(newKey(), BOT, 2_000, "")));
        REPLIES.add(server.post("/v1/events", actual(BOT, 3_000, REJECT)));
        REPLIES.add(
                end(kept, "commit", ",\"actual\":{\"unit\":\"USD_MICROCENTS\",\"amount\":4000}"));
        REPLIES.add(server.post("/v1/decide", reserve(newKey(), BOT, 5_000, "")));
        REPLIES.add(
                server.post(
                        "/v1/reservations", reserve(newKey(), BOT, 6_000, ",\"dry_run\":true")));
        String debtor = "{\"agent\":\"debtor\"}";
        String overdraft = ",\"overage_policy\":\"ALLOW_WITH_OVERDRAFT\"";
        Reply charged = server.post("/v1/events", actual(debtor, 1_400, overdraft));
        assertThat(charged.status()).as(charged.body()).isEqualTo(201);
        REPLIES.add(server.post("/v1/reservations", reserve(newKey(), debtor, 1, "")));
        expire();
    }

    /// Leaves a reservation time to be extended on a busy machine, and waits until it has run out.
    private static void expire() {
        expired = reserved(10, ",\"ttl_ms\":%d,\"grace_period_ms\":0".formatted(TTL_MILLIS));
        Reply extended = end(expired, "extend", ",\"extend_by_ms\":1");
        assertThat(extended.status()).as(extended.body()).isEqualTo(200);
        while (events("?event_type=reservation.expired").isEmpty()) {
            server.follow();
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String actual(String subject, long amount, String more) {
        return reserve(newKey(), subject, amount, more).replace("estimate", "actual");
    }

    private static String reserved(long amount, String more) {
        Reply reply = server.post("/v1/reservations", reserve(newKey(), BOT, amount, more));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.text("reservation_id");
    }

    private static Reply end(String id, String how, String more) {
        return server.post(
                "/v1/reservations/" + id + "/" + how,
                "{\"idempotency_key\":\"%s\"%s}".formatted(newKey(), more));
    }

    private static List<JsonNode> events(String query) {
        return events(CyclesServer.KEY, query);
    }

    /// The oldest first.
    private static List<JsonNode> events(String secret, String query) {
        Reply reply = server.send(server.as(secret, "/v1/events" + query));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        List<JsonNode> events =
                StreamSupport.stream(reply.json().get("events").spliterator(), false).toList();
        events.forEach(StrictBody::listedEvent);
        return events.reversed();
    }

    @Test
    void denials_areToldWithTheRequestsThatWereDenied() {
        List<JsonNode> denied = events("?event_type=reservation.denied");

        assertThat(denied)
                .extracting(event -> event.get("data").get("operation").asString())
                .containsExactly("reserve", "event", "commit", "decide", "dry_run", "reserve");
        for (int i = 0; i < denied.size(); i++) {
            JsonNode event = denied.get(i);
            assertThat(event.get("request_id").asString())
                    .isEqualTo(REPLIES.get(i).header("X-Request-Id"));
            assertThat(event.get("trace_id").asString())
                    .isEqualTo(REPLIES.get(i).header("X-Cycles-Trace-Id"));
            assertThat(event.get("actor").toString())
                    .isEqualTo("{\"type\":\"api_key\",\"key_id\":\"app\"}");
        }
    }

    @Test
    void denials_haveTheReasonsOfTheAnswers() {
        List<JsonNode> denied = events("?category=reservation&event_type=reservation.denied");

        for (int i = 0; i < denied.size(); i++) {
            JsonNode data = denied.get(i).get("data");
            JsonNode answer = REPLIES.get(i).json();
            boolean evaluated = answer.has("reason_code");
            assertThat(data.get("reason_code").asString())
                    .isEqualTo(answer.get(evaluated ? "reason_code" : "error").asString());
            if (!evaluated) {
                JsonNode details = answer.get("details");
                assertThat(data.get("scope")).isEqualTo(details.get("scope"));
                assertThat(data.get("unit")).isEqualTo(details.get("unit"));
                assertThat(data.get("requested_amount")).isEqualTo(details.get("requested"));
                assertThat(data.get("remaining")).isEqualTo(details.get("remaining"));
                assertThat(data.get("budget")).isEqualTo(details.get("budget"));
            }
        }
        assertThat(denied.getLast().get("data").get("reason_code").asString())
                .isEqualTo("DEBT_OUTSTANDING");
    }

    @Test
    void denials_withoutARun_areNoRuns() {
        JsonNode runs =
                server.send(
                                server.request("/api/runs")
                                        .header("Authorization", "Bearer " + CyclesServer.ADMIN))
                        .json();

        assertThat(runs.path("items"))
                .isNotEmpty()
                .allSatisfy(run -> assertThat(run.path("denials").asInt()).isZero());
    }

    @Test
    void denials_tellSubjectAndAction_ofACommitThoseOfItsReservation() {
        for (JsonNode event :
                events("?scope=tenant:acme/agent:bot&event_type=reservation.denied")) {
            JsonNode data = event.get("data");
            assertThat(data.get("subject").toString())
                    .isEqualTo(
                            "{\"tenant\":\"acme\",\"agent\":\"bot\",\"dimensions\":{\"d\":\"v\"}}");
            assertThat(data.get("action").toString())
                    .isEqualTo("{\"kind\":\"llm.completion\",\"name\":\"gpt\"}");
        }
        JsonNode commit = events("?correlation_id=" + kept).getFirst();
        assertThat(commit.get("data").get("reservation_id").asString()).isEqualTo(kept);
        assertThat(commit.get("data").get("operation").asString()).isEqualTo("commit");
        assertThat(commit.get("correlation_id").asString()).isEqualTo(kept);
    }

    @Test
    void expiries_tellTheReservation() {
        List<JsonNode> events = events("?event_type=reservation.expired");

        assertThat(events).hasSize(1);
        JsonNode data = events.getFirst().get("data");
        assertThat(data.get("reservation_id").asString()).isEqualTo(expired);
        assertThat(data.get("scope").asString()).isEqualTo("tenant:acme/agent:bot");
        assertThat(data.get("unit").asString()).isEqualTo("USD_MICROCENTS");
        assertThat(data.get("estimated_amount").asLong()).isEqualTo(10);
        assertThat(data.get("ttl_ms").asLong()).isEqualTo(TTL_MILLIS);
        assertThat(data.get("extensions_used").asLong()).isEqualTo(1);
        Instant created = Instant.parse(data.get("created_at").asString());
        assertThat(Instant.parse(data.get("expired_at").asString()))
                .isAfterOrEqualTo(created.plusMillis(TTL_MILLIS + 1));
        assertThat(events.getFirst().get("trace_id").asString()).hasSize(32);
        assertThat(events.getFirst().get("actor").toString()).isEqualTo("{\"type\":\"system\"}");
        assertThat(events("?correlation_id=" + expired)).isEqualTo(events);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|7",
                "?category=reservation|7",
                "?scope=tenant:acme|7",
                "?scope=tenant:Acme/agent:Debtor|1",
                "?scope=tenant:acme/agent:bo|0",
                "?scope=tenant:umbrella|0",
                "?correlation_id=none|0",
                "?category=budget|0",
                "?category=webhook|0",
                "?event_type=budget.threshold_crossed|0",
                "?event_type=reservation.commit_overage|0",
                "?event_type=custom.mine|0",
                "?category=budget&event_type=reservation.denied|0",
                "?to=2020-01-01T00:00:00Z|0",
            })
    void list_filters(String query, int count) {
        assertThat(events(query)).hasSize(count);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?category=zzz",
                "?category=quota",
                "?event_type=nothing",
                "?event_type=reservation",
                "?event_type=reservation.zzz",
                "?event_type=.denied",
                "?scope=agent",
                "?scope=agent:bot/tenant:acme",
            })
    void list_whatTheSpecificationDoesNotHave_isRefused(String query) {
        server.get("/v1/events" + query).refused(400, "INVALID_REQUEST");
    }

    @Test
    void list_inPages_isTheWholeListOnce() {
        List<JsonNode> seen = new ArrayList<>();
        String cursor = "";
        do {
            Reply page = server.get("/v1/events?limit=2&scope=tenant:acme" + cursor);
            page.json().get("events").forEach(seen::add);
            String next = page.text("next_cursor");
            cursor = next.isEmpty() ? "" : "&cursor=" + next;
        } while (!cursor.isEmpty());

        assertThat(seen.reversed()).isEqualTo(events(""));
    }

    @Test
    void list_byAKeyOfAPart_isThatOfThePart() {
        List<JsonNode> own = events("part-secret", "");

        assertThat(own).hasSize(6);
        assertThat(events("part-secret", "?scope=tenant:acme")).isEqualTo(own);
        assertThat(events("part-secret", "?scope=tenant:acme/agent:bot")).isEqualTo(own);
        assertThat(events("part-secret", "?scope=tenant:acme/agent:debtor")).isEmpty();
        assertThat(events(CyclesServer.OTHER, "")).isEmpty();
    }

    @Test
    void list_afterARebuild_isTheSame() {
        List<JsonNode> before = events("");
        server.server().usage().rebuild();
        server.follow();

        assertThat(events("")).isEqualTo(before);
    }
}
