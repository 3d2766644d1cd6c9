package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.OneBudget.ACME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Events that are sent again long after: their answers are forgotten, but they are not charged twice.
class PastAnswersTest {

    private static final String BODY =
            """
            {"idempotency_key":"%s","subject":{"tenant":"acme","agent":"bot"},
            "action":{"kind":"a.b","name":"c"},"actual":{"unit":"TOKENS","amount":%d}}
            """;

    private static final String COMMITTED = "01890000-0000-7000-8000-000000000001";
    private static final String RELEASED = "01890000-0000-7000-8000-000000000002";
    private static final String COMMIT =
            "{\"idempotency_key\":\"once\",\"actual\":{\"unit\":\"TOKENS\",\"amount\":%d}}";
    private static final String RELEASE = "{\"idempotency_key\":\"once\"}";

    @TempDir static Path directory;

    private static CyclesServer server;

    @BeforeAll
    static void start() throws IOException {
        Instant[] now = {Instant.now().minus(Duration.ofHours(30))};
        try (Authority authority =
                Authority.open(
                        directory.resolve("data"), AuthoritySettings.DEFAULT, () -> now[0])) {
            authority.submit(new Command.DefineBudget(OneBudget.budget()));
            charge(authority, "kept", true);
            charge(authority, "lost", false);
            ended(authority);
            now[0] = Instant.now();
            charge(authority, "latest", true);
        }
        server = CyclesServer.start(directory, OneBudget.TENANTS);
    }

    /// What the server does with the same request, but for the id by which its entry can be found.
    private static void charge(Authority authority, String key, boolean findable) {
        Requests.Event request =
                JsonFields.read(
                        BODY.formatted(key, 7).getBytes(StandardCharsets.UTF_8), Requests::event);
        long fingerprint = Fingerprint.of("", request);
        String id = Fingerprint.uuid("acme", key, Long.toHexString(fingerprint));
        Outcome outcome =
                authority.submit(
                        new Command.Charge(
                                new CommandKey(key, fingerprint),
                                ACME,
                                Subject.of(Map.of("tenant", "acme", "agent", "bot")),
                                Amounts.of(Unit.TOKENS, 7),
                                Command.Overage.ALLOW_IF_AVAILABLE,
                                true,
                                Attribution.of(
                                        findable
                                                ? Map.of("dialect", "cycles", "call", id)
                                                : Map.of("dialect", "cycles"),
                                        Map.of())));
        assertThat(outcome).isInstanceOf(Outcome.Charged.class);
    }

    /// A reservation that was committed, and one that was released, by keys of the server's making.
    private static void ended(Authority authority) {
        for (String id : List.of(COMMITTED, RELEASED)) {
            authority.submit(
                    new Command.Reserve(
                            new CommandKey(id, 1),
                            new HoldId(id),
                            ACME,
                            Subject.of(Map.of("tenant", "acme", "agent", "bot")),
                            Amounts.of(Unit.TOKENS, 5),
                            Amounts.NONE,
                            Command.Shortage.TAKE,
                            Duration.ofMinutes(1),
                            Duration.ZERO,
                            Command.OnExpiry.RELEASE,
                            Command.Overage.REJECT,
                            true,
                            Attribution.of(Map.of("dialect", "cycles"), Map.of())));
        }
        HoldId committed = new HoldId(COMMITTED);
        authority.submit(
                new Command.Commit(
                        key(
                                committed,
                                JsonFields.read(bytes(COMMIT.formatted(0)), Requests::commit)),
                        ACME,
                        committed,
                        Amounts.of(Unit.TOKENS, 0),
                        Attribution.of(Map.of("dialect", "cycles"), Map.of())));
        HoldId released = new HoldId(RELEASED);
        authority.submit(
                new Command.Release(
                        key(released, JsonFields.read(bytes(RELEASE), Requests::release)),
                        ACME,
                        released,
                        Attribution.of(Map.of("dialect", "cycles"), Map.of())));
    }

    private static CommandKey key(HoldId hold, Requests.Keyed request) {
        return new CommandKey(request.idempotencyKey(), Fingerprint.of(hold.value(), request));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void end_sentAgainAfterItIsForgotten_isAnsweredFromTheJournal() {
        String commit = "/v1/reservations/" + COMMITTED + "/commit";
        String release = "/v1/reservations/" + RELEASED + "/release";

        Reply committed = server.post(commit, COMMIT.formatted(0));
        Reply released = server.post(release, RELEASE);

        assertThat(committed.status()).as(committed.body()).isEqualTo(200);
        StrictBody.commit(committed.json());
        assertThat(committed.text("status")).isEqualTo("COMMITTED");
        assertThat(released.status()).as(released.body()).isEqualTo(200);
        StrictBody.release(released.json());
        assertThat(server.post(commit, COMMIT.formatted(0)).body()).isEqualTo(committed.body());
        server.post(commit, COMMIT.formatted(1)).refused(409, "IDEMPOTENCY_MISMATCH");
        server.post(commit, COMMIT.formatted(0).replace("once", "again"))
                .refused(409, "RESERVATION_FINALIZED");
        server.post(release.replace("/release", "/commit"), COMMIT.formatted(0))
                .refused(409, "RESERVATION_FINALIZED");
        server.post(CyclesServer.OTHER, commit, COMMIT.formatted(0)).refused(403, "FORBIDDEN");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static long spent() {
        return server.get("/v1/balances?tenant=acme")
                .json()
                .get("balances")
                .get(0)
                .get("spent")
                .get("amount")
                .asLong();
    }

    @Test
    void event_sentAgainAfterItsAnswerIsForgotten_isAnsweredFromTheJournal() {
        Reply remembered = server.post("/v1/events", BODY.formatted("latest", 7));
        Reply reply = server.post("/v1/events", BODY.formatted("kept", 7));

        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        StrictBody.event(reply.json());
        assertThat(remembered.status()).isEqualTo(201);
        JsonBalance first = JsonBalance.of(reply);
        assertThat(first).isEqualTo(new JsonBalance(7, 993));
        assertThat(JsonBalance.of(remembered)).isEqualTo(new JsonBalance(21, 979));
        assertThat(spent()).isEqualTo(21);
        assertThat(server.post("/v1/events", BODY.formatted("kept", 7)).body())
                .isEqualTo(reply.body());
    }

    private record JsonBalance(long spent, long remaining) {

        static JsonBalance of(Reply reply) {
            var balance = reply.json().get("balances").get(0);
            return new JsonBalance(
                    balance.get("spent").get("amount").asLong(),
                    balance.get("remaining").get("amount").asLong());
        }
    }

    @Test
    void event_ofAForgottenKeyWithAnotherBody_isAMismatch() {
        server.post("/v1/events", BODY.formatted("kept", 8)).refused(409, "IDEMPOTENCY_MISMATCH");

        assertThat(spent()).isEqualTo(21);
    }

    @Test
    void event_whoseAnswerNobodyKnows_isRefusedAndNotChargedAgain() {
        Reply reply = server.post("/v1/events", BODY.formatted("lost", 7));

        reply.refused(409, "IDEMPOTENCY_MISMATCH");
        assertThat(reply.text("message")).contains("was done before");
        assertThat(spent()).isEqualTo(21);
    }
}
