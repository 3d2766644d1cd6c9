package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
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
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Reservations that ended longer ago than the ledger remembers.
class ForgottenTest {

    private static final TenantId ACME = new TenantId("acme");

    private static final String COMMITTED = "01890000-0000-7000-8000-000000000001";
    private static final String RELEASED = "01890000-0000-7000-8000-000000000002";
    private static final String EXPIRED = "01890000-0000-7000-8000-000000000003";
    private static final String LATEST = "01890000-0000-7000-8000-000000000005";
    private static final String NEVER = "01890000-0000-7000-8000-000000000004";

    @TempDir static Path directory;

    private static CyclesServer server;

    @BeforeAll
    static void start() throws IOException {
        Instant[] now = {Instant.now().minus(Duration.ofHours(30))};
        try (Authority authority =
                Authority.open(
                        directory.resolve("data"), AuthoritySettings.DEFAULT, () -> now[0])) {
            reserve(authority, COMMITTED);
            reserve(authority, RELEASED);
            reserve(authority, EXPIRED);
            authority.submit(
                    new Command.Commit(
                            new CommandKey("c", 1),
                            ACME,
                            new HoldId(COMMITTED),
                            Amounts.of(Unit.TOKENS, 4),
                            Attribution.NONE));
            release(authority, RELEASED);
            now[0] = now[0].plusSeconds(3_600);
            authority.submit(new Command.Expire(100));
            now[0] = Instant.now();
            reserve(authority, LATEST);
            release(authority, LATEST);
        }
        server =
                CyclesServer.start(
                        directory,
                        """
                        acme:
                          keys:
                            - { name: app, secret: acme-secret }
                            - { name: part, secret: part-secret, scope: "tenant:acme/agent:x" }
                        umbrella: { keys: [ { name: app, secret: umbrella-secret } ] }
                        """);
    }

    private static void release(Authority authority, String id) {
        authority.submit(
                new Command.Release(
                        new CommandKey("release " + id, 1),
                        ACME,
                        new HoldId(id),
                        Attribution.NONE));
    }

    private static void reserve(Authority authority, String id) {
        Outcome outcome =
                authority.submit(
                        new Command.Reserve(
                                new CommandKey(id, 1),
                                new HoldId(id),
                                ACME,
                                Subject.of(Map.of("tenant", "acme", "agent", "bot")),
                                Amounts.of(Unit.TOKENS, 5),
                                Amounts.NONE,
                                Duration.ofMinutes(1),
                                Command.OnExpiry.RELEASE,
                                Command.Overage.REJECT,
                                Attribution.of(Map.of("dialect", "cycles"), Map.of())));
        assertThat(outcome).isInstanceOf(Outcome.Granted.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void ledger_hasForgotten() {
        for (String id : new String[] {COMMITTED, RELEASED, EXPIRED}) {
            assertThat(server.server().authority().ended(new HoldId(id))).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        COMMITTED + ", 409, hold_finalized",
        RELEASED + ", 409, hold_finalized",
        EXPIRED + ", 410, hold_expired",
        NEVER + ", 404, not_found",
    })
    void changeByAnOperator_isToldWhatBecameOfIt(String id, int status, String code) {
        for (String how : new String[] {"commit", "release"}) {
            Reply reply =
                    server.send(
                            server.request("/api/reservations/acme/" + id + "/" + how)
                                    .header("Authorization", "Bearer " + CyclesServer.ADMIN)
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            BodyPublishers.ofString(
                                                    how.equals("commit")
                                                            ? "{\"amount\":\"1 tokens\"}"
                                                            : "{}")));
            assertThat(reply.status()).as(reply.body()).isEqualTo(status);
            assertThat(reply.text("type")).isEqualTo("urn:bursar:problem:" + code);
        }
    }

    @ParameterizedTest
    @CsvSource({
        COMMITTED + ", acme-secret, 409, RESERVATION_FINALIZED",
        RELEASED + ", acme-secret, 409, RESERVATION_FINALIZED",
        EXPIRED + ", acme-secret, 410, RESERVATION_EXPIRED",
        NEVER + ", acme-secret, 404, NOT_FOUND",
        COMMITTED + ", umbrella-secret, 403, FORBIDDEN",
        COMMITTED + ", part-secret, 403, FORBIDDEN",
    })
    void change_isToldWhatBecameOfIt(String id, String secret, int status, String code) {
        for (String how : new String[] {"commit", "release", "extend"}) {
            String more =
                    switch (how) {
                        case "commit" -> ",\"actual\":{\"unit\":\"TOKENS\",\"amount\":1}";
                        case "extend" -> ",\"extend_by_ms\":1000";
                        default -> "";
                    };
            server.post(
                            secret,
                            "/v1/reservations/" + id + "/" + how,
                            "{\"idempotency_key\":\"%s\"%s}".formatted(newKey(), more))
                    .refused(status, code);
        }
    }
}
