package dev.bursar.server.cycles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a key for a part of its tenant asks for elsewhere.
class OutOfScopeTest {

    private static final String TENANTS =
            """
            acme:
              keys: [ { name: part, secret: part-secret, scope: "tenant:acme/agent:bot" } ]
              budgets: [ { name: all, limit: 1000 tokens, scope: "tenant:acme" } ]
            umbrella: { keys: [ { name: app, secret: umbrella-secret } ] }
            """;

    private static final String BODY =
            """
            {"idempotency_key":"k","subject":{"tenant":"acme","agent":"%s"},
            "action":{"kind":"a.b","name":"c"},"%s":{"unit":"TOKENS","amount":7}%s}
            """;

    @TempDir Path directory;

    @Test
    void reservationOrEvent_isDeniedInTheJournal_anEvaluationOnlyTold() throws IOException {
        try (CyclesServer server = CyclesServer.start(directory, TENANTS)) {
            post(server, "/v1/reservations", BODY.formatted("other", "estimate", ""));
            post(server, "/v1/events", BODY.formatted("other", "actual", ""));
            post(server, "/v1/decide", BODY.formatted("other", "estimate", ""));
            post(
                    server,
                    "/v1/reservations",
                    BODY.formatted("other", "estimate", ",\"dry_run\":true"));

            assertThat(denials(server))
                    .extracting(Entry.Refused::operation)
                    .containsExactly(StateRecord.Operation.RESERVE, StateRecord.Operation.CHARGE);
            assertThat(denials(server))
                    .allSatisfy(denial -> {
                        assertThat(denial.reason()).isEqualTo(Reason.KEY_OUT_OF_SCOPE);
                        assertThat(denial.subject().get(Subject.KEY)).isEqualTo("part");
                        assertThat(denial.subject().get("agent")).isEqualTo("other");
                        assertThat(denial.asked()).hasToString("[7 TOKENS]");
                    });
            assertThat(
                            server.post(
                                            "part-secret",
                                            "/v1/reservations",
                                            BODY.formatted("bot", "estimate", ""))
                                    .status())
                    .isEqualTo(200);
        }
    }

    private static void post(CyclesServer server, String path, String body) {
        server.post("part-secret", path, body).refused(403, "FORBIDDEN");
    }

    private static List<Entry.Refused> denials(CyclesServer server) {
        return server.server().authority().journal().read(0, 1_000).stream()
                .filter(positioned -> positioned.entry() instanceof Entry.Refused)
                .map(positioned -> (Entry.Refused) positioned.entry())
                .toList();
    }
}
