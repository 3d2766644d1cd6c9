package dev.bursar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.AuthorityException;
import dev.bursar.authority.JournalVerifier;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.server.config.Config;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The journal cannot be written any more, as on a full disk: here another program has locked it. No
/// money is given out, callers and operators are told, and after a restart everything is as it was
/// answered.
final class StoppedAuthorityTest {

    private static final String CONFIG =
            """
            admin: { token: admin-token }
            providers: { openai: { base_url: "http://127.0.0.1:9/v1", api_key: up } }
            tenants:
              acme:
                keys: [ { name: ci, secret: acme-secret } ]
                budgets: [ { name: life, limit: 10 USD, scope: "tenant:acme" } ]
            """;

    private static final BudgetId LIFE = new BudgetId("acme/life");

    @TempDir Path data;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void journalThatCannotBeWritten_stopsMoneyAndTellsEverybody() throws Exception {
        try (Server server = start();
                Connection other =
                        DriverManager.getConnection("jdbc:sqlite:" + data.resolve("journal.db"));
                Statement statement = other.createStatement()) {
            assertThat(reserve(server, "before").statusCode()).isEqualTo(200);
            assertThat(get(server, "/metrics").body()).contains("bursar_authority_stopped 0.0");

            statement.execute("BEGIN IMMEDIATE");
            HttpResponse<String> refused = reserve(server, "meanwhile");
            assertRefused(refused);
            statement.execute("ROLLBACK");

            assertRefused(reserve(server, "later"));
            HttpResponse<String> call =
                    post(
                            server,
                            "/v1/chat/completions",
                            "{'model':'gpt-4o','messages':[{'role':'user','content':'hi'}]}");
            assertThat(call.statusCode()).isEqualTo(503);
            assertThat(call.body()).contains("authority_unavailable");
            assertThat(get(server, "/api/budgets").statusCode()).isEqualTo(503);

            HttpResponse<String> ready = get(server, "/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("\"authority\":\"DOWN\"");
            assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
            assertThat(get(server, "/metrics").body()).contains("bursar_authority_stopped 1.0");
            assertThat(Objects.requireNonNull(server.authority().failure()))
                    .returns(AuthorityException.Kind.EXTERNAL, AuthorityException::kind)
                    .hasMessageContaining("cannot write to the journal");
        }
        assertThat(JournalVerifier.verify(data, LedgerLimits.DEFAULT).problems()).isEmpty();
        try (Server server = start()) {
            assertThat(server.authority().balances(LIFE, 1))
                    .singleElement()
                    .returns(5L, Balance::held);
            assertThat(reserve(server, "after").statusCode()).isEqualTo(200);
        }
        http.close();
    }

    /// As the Cycles Protocol has it, which knows no 503.
    private static void assertRefused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(500);
        assertThat(answer.body())
                .contains("\"error\":\"INTERNAL_ERROR\"")
                .contains("try it again with the same idempotency key");
    }

    private Server start() {
        Config config = Config.parse("bursar.yaml", CONFIG, Map.of()).withData(data).withPort(0);
        return Server.start(
                config, new Server.Options(null, Map.of(), same -> same, false, "local-token"));
    }

    private HttpResponse<String> reserve(Server server, String key)
            throws IOException, InterruptedException {
        return post(
                server,
                "/v1/reservations",
                """
                {'idempotency_key':'%s','subject':{'tenant':'acme'},
                'action':{'kind':'llm.completion','name':'gpt'},
                'estimate':{'unit':'USD_MICROCENTS','amount':5},'ttl_ms':3600000}
                """
                        .formatted(key));
    }

    private HttpResponse<String> post(Server server, String path, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .header("Authorization", "Bearer acme-secret")
                        .header("X-Cycles-API-Key", "acme-secret")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.replace('\'', '"')))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> get(Server server, String path)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .header("Authorization", "Bearer admin-token")
                        .build(),
                BodyHandlers.ofString());
    }
}
