package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
import static dev.bursar.server.cycles.CyclesServer.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.cycles.CyclesServer.Reply;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Role;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What an operator does over `/api` with reservations that clients of the protocol made.
class OperatorTest {

    @TempDir static Path directory;

    private static CyclesServer server;

    private static String operator = "";

    @BeforeAll
    static void start() throws IOException {
        server =
                CyclesServer.start(
                        directory,
                        """
                        acme:
                          keys: [ { name: app, secret: acme-secret } ]
                          budgets: [ { name: all, limit: 1 USD, scope: "tenant:acme" } ]
                        umbrella:
                          keys: [ { name: app, secret: umbrella-secret } ]
                        """);
        operator =
                server.server()
                        .directory()
                        .tokens()
                        .create(
                                "ann",
                                Role.OPERATOR,
                                new TenantId("acme"),
                                null,
                                Actor.COMMAND_LINE)
                        .secret();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String newReservation(String agent, long estimate, String more) {
        String subject =
                "{\"tenant\":\"acme\",\"agent\":\"%s\",\"dimensions\":{\"colour\":\"red\"}}"
                        .formatted(agent);
        Reply reply = server.post("/v1/reservations", reserve(newKey(), subject, estimate, more));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.text("reservation_id");
    }

    private static HttpRequest.Builder request(String path) {
        return server.request("/api/reservations" + path)
                .header("Authorization", "Bearer " + operator)
                .header("Content-Type", "application/json");
    }

    private static Reply get(String path) {
        return server.send(request(path));
    }

    private static Reply post(String path, String body, String... headers) {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return server.send(request);
    }

    private static JsonNode act(String id) {
        server.follow();
        JsonNode acts =
                server.send(
                                server.request("/api/audit?target=" + id)
                                        .header("Authorization", "Bearer " + operator))
                        .json()
                        .path("items");
        assertThat(acts.size()).isEqualTo(1);
        return acts.path(0);
    }

    /// An operator's key is the ledger's `on_behalf k-1`, and one of what is done to a reservation has that id.
    @Test
    void keysOfClients_areNotTakenForThoseOfOperators() {
        String body =
                "{\"tenant\":\"acme\",\"amount\":\"0.01 USD\",\"subject\":{\"agent\":\"keys\"}}";
        String subject = "{\"tenant\":\"acme\",\"agent\":\"keys\"}";
        String clients = reserve("on_behalf k-1", subject, 10, "");
        String byClient = server.post("/v1/reservations", clients).text("reservation_id");
        Reply made = post("", body, "Idempotency-Key", "k-1");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        String byOperator = made.text("id");

        assertThat(byOperator).isNotEqualTo(byClient);
        assertThat(server.post("/v1/reservations", clients).text("reservation_id"))
                .isEqualTo(byClient);
        assertThat(post("", body, "Idempotency-Key", "k-1").text("id")).isEqualTo(byOperator);
        assertThat(server.get("/v1/reservations/" + byClient).text("idempotency_key"))
                .isEqualTo("on_behalf k-1");
        server.follow();
        assertThat(
                        server.get("/v1/reservations?idempotency_key=on_behalf%20k-1")
                                .json()
                                .path("reservations"))
                .extracting(found -> found.path("reservation_id").asString())
                .containsExactly(byClient);

        String release = "{\"idempotency_key\":\"" + byOperator + " k-1\"}";
        assertThat(server.post("/v1/reservations/" + byClient + "/release", release).status())
                .isEqualTo(200);
        assertThat(
                        post("/acme/" + byOperator + "/release", "{}", "Idempotency-Key", "k-1")
                                .status())
                .isEqualTo(200);
    }

    @Test
    void list_ofATenant_isFilteredAndPaged() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            made.add(newReservation("lister", 10 + i, ""));
        }
        newReservation("another", 10, "");
        assertThat(post("/acme/" + made.getFirst() + "/release", "").status()).isEqualTo(200);

        JsonNode page = get("?tenant=acme&agent=lister&limit=2").json();
        assertThat(ids(page)).hasSize(2);
        JsonNode rest =
                get("?tenant=acme&agent=lister&limit=2&cursor=" + page.path("next").asString())
                        .json();
        List<String> all = new ArrayList<>(ids(page));
        all.addAll(ids(rest));
        assertThat(all).containsExactlyInAnyOrderElementsOf(made);
        assertThat(rest.path("next").isNull()).isTrue();
        assertThat(ids(get("?tenant=acme&agent=lister&status=released").json()))
                .containsExactly(made.getFirst());
        assertThat(ids(get("?tenant=acme&scope=tenant:acme/agent:lister").json())).hasSize(3);
        assertThat(get("?tenant=umbrella").status()).isEqualTo(404);
        assertThat(get("?tenant=acme&status=gone").status()).isEqualTo(400);
        assertThat(get("?tenant=acme&cursor=bm9uZQ").status()).isEqualTo(400);
    }

    private static List<String> ids(JsonNode page) {
        List<String> ids = new ArrayList<>();
        page.path("items").forEach(item -> ids.add(item.path("id").asString()));
        return ids;
    }

    @Test
    void list_ofNoTenant_wantsOne() {
        Reply reply =
                server.send(
                        server.request("/api/reservations")
                                .header("Authorization", "Bearer " + CyclesServer.ADMIN));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text("detail")).startsWith("tenant");
    }

    @Test
    void one_isShownInWordsOfTheApi() {
        String id = newReservation("shown", 5_000_000, ",\"metadata\":{\"job\":[7,\"x\"]}");

        JsonNode shown = get("/acme/" + id).json();

        assertThat(shown.path("status").asString()).isEqualTo("active");
        assertThat(shown.path("scope").asString()).isEqualTo("tenant:acme/agent:shown");
        assertThat(shown.path("unit").asString()).isEqualTo("USD");
        assertThat(shown.path("reserved").asString()).isEqualTo("0.05");
        assertThat(shown.at("/levels/agent").asString()).isEqualTo("shown");
        assertThat(shown.at("/dimensions/colour").asString()).isEqualTo("red");
        assertThat(shown.path("metadata").toString()).isEqualTo("{\"job\":[7,\"x\"]}");
        assertThat(shown.path("committed").isNull()).isTrue();
    }

    @Test
    void release_givesBack_andIsWrittenDownOnce() {
        String id = newReservation("left", 5_000_000, "");
        String[] once = {"Idempotency-Key", "k-1"};

        Reply first = post("/acme/" + id + "/release", "{\"reason\":\"client died\"}", once);
        Reply again = post("/acme/" + id + "/release", "{\"reason\":\"client died\"}", once);

        assertThat(first.status()).as(first.body()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(first.text("released")).isEqualTo("0.05");
        assertThat(server.server().authority().hold(new HoldId(id))).isEmpty();
        JsonNode act = act(id);
        assertThat(act.path("actor").asString()).isEqualTo("acme/ann");
        assertThat(act.path("action").asString()).isEqualTo("reservation.release");
        assertThat(act.path("on_behalf_of").asString()).isEqualTo("acme");
        assertThat(act.path("reason").asString()).isEqualTo("client died");
        assertThat(act.at("/details/actor_type").asString()).isEqualTo("admin_on_behalf_of");
        assertThat(post("/acme/" + id + "/release", "").status()).isEqualTo(409);
        assertThat(get("/acme/" + id).text("status")).isEqualTo("released");
    }

    @Test
    void commit_spendsWhatItReallyCost_andIsWrittenDown() {
        String id = newReservation("died", 5_000_000, "");

        Reply reply = post("/acme/" + id + "/commit", "{\"amount\":\"0.02 USD\"}");

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.text("reserved")).isEqualTo("0.05");
        assertThat(reply.text("actual")).isEqualTo("0.02");
        assertThat(reply.text("charged")).isEqualTo("0.02");
        JsonNode act = act(id);
        assertThat(act.path("action").asString()).isEqualTo("reservation.commit");
        assertThat(act.path("amount").asString()).isEqualTo("0.02");
        assertThat(act.path("unit").asString()).isEqualTo("USD");
        assertThat(get("/acme/" + id).text("committed")).isEqualTo("0.02");
        assertThat(post("/acme/" + id + "/commit", "{\"amount\":\"0.02 USD\"}").status())
                .isEqualTo(409);
    }

    @Test
    void commit_aboveWhatAReservationThatRejectsHolds_isRefused() {
        String id = newReservation("strict", 10, ",\"overage_policy\":\"REJECT\"");

        Reply reply = post("/acme/" + id + "/commit", "{\"amount\":\"0.5 USD\"}");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.text("type")).isEqualTo("urn:bursar:problem:overage_rejected");
        assertThat(server.server().authority().hold(new HoldId(id))).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "commit|{\"amount\":\"5 tokens\"}|400|amount",
                "commit|{\"amount\":5}|400|amount",
                "commit|{}|400|amount",
                "commit|{\"amount\":\"-1 USD\"}|400|amount",
                "release|{\"why\":\"x\"}|400|why",
                "release|{\"reason\":5}|400|reason",
            })
    void mistake_isNamed_andChangesNothing(String how, String body, int status, String field) {
        String id = newReservation("mistaken", 10, "");

        Reply reply = post("/acme/" + id + "/" + how, body);

        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.text("detail")).contains(field);
        assertThat(server.server().authority().hold(new HoldId(id))).isPresent();
    }

    @Test
    void reservation_ofAnotherTenant_isNotThere() {
        String id = newReservation("safe", 10, "");

        for (String how : List.of("release", "commit")) {
            Reply reply =
                    server.send(
                            server.request("/api/reservations/umbrella/" + id + "/" + how)
                                    .header("Authorization", "Bearer " + CyclesServer.ADMIN)
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            BodyPublishers.ofString(
                                                    how.equals("commit")
                                                            ? "{\"amount\":\"0 USD\"}"
                                                            : "{}")));
            assertThat(reply.status()).as(reply.body()).isEqualTo(404);
        }
        assertThat(get("/umbrella/" + id).status()).isEqualTo(404);
        assertThat(server.server().authority().hold(new HoldId(id))).isPresent();
    }
}
