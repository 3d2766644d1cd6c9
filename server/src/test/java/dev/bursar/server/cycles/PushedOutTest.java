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
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reservations that are made once more when very many others have come since.
class PushedOutTest {

    private static final String BODY =
            """
            {"idempotency_key":"%s","subject":{"tenant":"acme","agent":"bot"},"ttl_ms":3600000,
            "action":{"kind":"a.b","name":"c"},"estimate":{"unit":"TOKENS","amount":%d}}
            """;

    @TempDir static Path directory;

    private static CyclesServer server;

    @BeforeAll
    static void start() throws IOException {
        // Remembers one answer: what it writes down at its end is as if a million others had come.
        LedgerLimits usual = LedgerLimits.DEFAULT;
        LedgerLimits few =
                new LedgerLimits(
                        usual.maxHolds(),
                        usual.maxAccounts(),
                        usual.maxBudgets(),
                        usual.rememberFor(),
                        1);
        AuthoritySettings settings = AuthoritySettings.DEFAULT;
        try (Authority authority =
                Authority.open(
                        directory.resolve("data"),
                        new AuthoritySettings(
                                few,
                                settings.queueCapacity(),
                                settings.batchLimit(),
                                settings.expireEvery(),
                                settings.expirePortion(),
                                settings.checkpointEvery(),
                                settings.meter()),
                        InstantSource.system())) {
            authority.submit(new Command.DefineBudget(OneBudget.budget()));
            reserve(authority, "open", 1);
            reserve(authority, "ended", 2);
            authority.submit(
                    new Command.Release(new CommandKey("r", 0), ACME, id(2), Attribution.NONE));
            reserve(authority, "latest", 3);
        }
        server = CyclesServer.start(directory, OneBudget.TENANTS);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HoldId id(int number) {
        return new HoldId("01890000-0000-7000-8000-00000000000" + number);
    }

    private static void reserve(Authority authority, String key, int number) {
        Requests.Reserve request =
                JsonFields.read(
                        BODY.formatted(key, 5).getBytes(StandardCharsets.UTF_8), Requests::reserve);
        Outcome outcome =
                authority.submit(
                        new Command.Reserve(
                                new CommandKey(key, Fingerprint.of("", request)),
                                id(number),
                                ACME,
                                Subject.of(Map.of("tenant", "acme", "agent", "bot")),
                                Amounts.of(Unit.TOKENS, 5),
                                Amounts.NONE,
                                Command.Shortage.TAKE,
                                Duration.ofHours(1),
                                Duration.ZERO,
                                Command.OnExpiry.RELEASE,
                                Command.Overage.REJECT,
                                true,
                                Attribution.of(Map.of("dialect", "cycles"), Map.of())));
        assertThat(outcome).isInstanceOf(Outcome.Granted.class);
    }

    @Test
    void reservation_madeOnceMore_isAnsweredFromTheJournalAndHoldsNothingAgain() {
        Reply open = server.post("/v1/reservations", BODY.formatted("open", 5));
        Reply ended = server.post("/v1/reservations", BODY.formatted("ended", 5));

        assertThat(open.status()).as(open.body()).isEqualTo(200);
        assertThat(open.text("reservation_id")).isEqualTo(id(1).value());
        assertThat(open.json().get("balances").get(0).get("reserved").get("amount").asLong())
                .isEqualTo(5);
        assertThat(open.json().get("remaining_ttl_ms").asLong()).isPositive();
        assertThat(ended.text("reservation_id")).isEqualTo(id(2).value());
        assertThat(ended.json().get("remaining_ttl_ms").asLong()).isZero();
        var balance = server.get("/v1/balances?tenant=acme").json().get("balances").get(0);
        assertThat(balance.get("reserved").get("amount").asLong()).isEqualTo(10);
    }

    @Test
    void reservation_ofSuchAKeyWithAnotherBody_isAMismatch() {
        server.post("/v1/reservations", BODY.formatted("open", 6))
                .refused(409, "IDEMPOTENCY_MISMATCH");
        server.post(
                        "/v1/reservations",
                        BODY.formatted("open", 5).replace("}\n", ",\"dry_run\":true}"))
                .refused(409, "IDEMPOTENCY_MISMATCH");
    }

    @Test
    void reservation_ofTheSameKeyOfAnotherTenant_isAnotherOne() {
        server.post(
                        CyclesServer.OTHER,
                        "/v1/reservations",
                        BODY.formatted("open", 5).replace("acme", "umbrella"))
                .refused(404, "NOT_FOUND");
    }
}
