package dev.bursar.server.cycles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What only the read model knows, while it does not answer.
class SilentReadModelTest {

    private static final String UNKNOWN = "01890000-0000-7000-8000-000000000009";

    @TempDir Path directory;

    /// A client believes a 404 for ever, and sends again what was answered by a 500.
    @Test
    void change_ofWhatMayHaveEnded_isToldToTryAgain() throws IOException {
        try (CyclesServer server =
                CyclesServer.start(
                        directory, "acme: { keys: [ { name: app, secret: acme-secret } ] }")) {
            server.get("/v1/reservations/" + UNKNOWN).refused(404, "NOT_FOUND");
            server.server().usage().close();

            Reply commit =
                    server.post(
                            "/v1/reservations/" + UNKNOWN + "/commit",
                            "{\"idempotency_key\":\"k\",\"actual\":{\"unit\":\"TOKENS\",\"amount\":1}}");
            commit.refused(500, "INTERNAL_ERROR");
            assertThat(commit.text("message")).contains("try it again");
            server.post("/v1/reservations/" + UNKNOWN + "/release", "{\"idempotency_key\":\"k\"}")
                    .refused(500, "INTERNAL_ERROR");
            server.post(
                            "/v1/reservations/" + UNKNOWN + "/extend",
                            "{\"idempotency_key\":\"k\",\"extend_by_ms\":1000}")
                    .refused(500, "INTERNAL_ERROR");
        }
    }
}
