package dev.bursar.server.cycles;

import static dev.bursar.server.cycles.CyclesServer.newKey;
import static dev.bursar.server.cycles.CyclesServer.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.cycles.CyclesServer.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Which balances are told where several budgets have the same path, and to whom.
class BalancesTest {

    private static final String TENANTS =
            """
            acme:
              keys:
                - { name: app, secret: acme-secret }
                - { name: part, secret: part-secret, scope: "tenant:acme/agent:bot" }
              budgets:
                - { name: life, limit: 1000 USD, scope: "tenant:acme" }
                - { name: a-day, limit: 10 USD, every: day, scope: "tenant:acme" }
                - { name: lead, limit: 1 USD, mode: soft, scope: "tenant:acme" }
                - { name: trial, limit: 2 USD, mode: shadow, scope: "tenant:acme" }
                - { name: users, limit: 3 USD, per: [user], scope: "tenant:acme" }
                - { name: support, limit: 4 USD, match: { team: a }, scope: "tenant:acme" }
                - { name: call, limit: 5 USD, every: call, scope: "tenant:acme" }
                - { name: time, limit: 60 s, scope: "tenant:acme" }
                - { name: burst, limit: 600 calls, every: 1m, scope: "tenant:acme" }
                - { name: words, limit: 100 tokens, mode: soft, scope: "tenant:acme" }
                - { name: bot, limit: 6 USD, scope: "tenant:acme/agent:bot" }
            """;

    private static final String BOT =
            "{\"agent\":\"bot\",\"dimensions\":{\"user\":\"u\",\"team\":\"a\"}}";

    @TempDir static Path directory;

    private static CyclesServer server;

    @BeforeAll
    static void start() throws IOException {
        server = CyclesServer.start(directory, TENANTS);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// Each as its path, its unit and what it is allocated.
    private static List<String> told(Reply reply, int status) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        List<String> told = new ArrayList<>();
        for (JsonNode balance : reply.json().path("balances")) {
            StrictBody.balance(balance);
            JsonNode allocated = balance.get("allocated");
            told.add(
                    balance.get("scope_path").asString()
                            + " "
                            + allocated.get("unit").asString()
                            + " "
                            + allocated.get("amount").asLong());
        }
        return told;
    }

    @Test
    void list_tellsTheTightestOfEachPathAndUnit() {
        assertThat(told(server.get("/v1/balances?tenant=acme"), 200))
                .containsExactly(
                        "tenant:acme TOKENS 100",
                        "tenant:acme USD_MICROCENTS 1000000000",
                        "tenant:acme/agent:bot USD_MICROCENTS 600000000");
    }

    @Test
    void list_inPages_isTheWholeListOnce() {
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            Reply page = server.get("/v1/balances?tenant=acme&limit=1" + cursor);
            seen.addAll(told(page, 200));
            String next = page.text("next_cursor");
            cursor = next.isEmpty() ? "" : "&cursor=" + next;
        } while (!cursor.isEmpty());

        assertThat(seen).isEqualTo(told(server.get("/v1/balances?tenant=acme"), 200)).hasSize(3);
    }

    @Test
    void changes_tellTheSameBudgetsAsTheList() {
        List<String> expected =
                List.of(
                        "tenant:acme USD_MICROCENTS 1000000000",
                        "tenant:acme/agent:bot USD_MICROCENTS 600000000");

        assertThat(ofEveryChange(CyclesServer.KEY)).containsOnly(expected);
    }

    @Test
    void changes_byAKeyOfAPart_leaveOutWhatItMayNotRead() {
        assertThat(ofEveryChange("part-secret"))
                .containsOnly(List.of("tenant:acme/agent:bot USD_MICROCENTS 600000000"));
    }

    /// What a reserve, an extension, a commit, the repeat of it, a release and an event tell.
    private static List<List<String>> ofEveryChange(String secret) {
        List<List<String>> all = new ArrayList<>();
        String first = reserved(secret, all);
        String key = newKey();
        all.add(told(end(secret, first, "extend", newKey(), ",\"extend_by_ms\":1000"), 200));
        String actual = ",\"actual\":{\"unit\":\"USD_MICROCENTS\",\"amount\":5}";
        all.add(told(end(secret, first, "commit", key, actual), 200));
        all.add(told(end(secret, first, "commit", key, actual), 200));
        all.add(told(end(secret, reserved(secret, all), "release", newKey(), ""), 200));
        all.add(
                told(
                        server.post(
                                secret,
                                "/v1/events",
                                reserve(newKey(), BOT, 5, "").replace("estimate", "actual")),
                        201));
        return all;
    }

    private static String reserved(String secret, List<List<String>> all) {
        Reply reply = server.post(secret, "/v1/reservations", reserve(newKey(), BOT, 10, ""));
        all.add(told(reply, 200));
        return reply.text("reservation_id");
    }

    private static Reply end(String secret, String id, String how, String key, String more) {
        return server.post(
                secret,
                "/v1/reservations/" + id + "/" + how,
                "{\"idempotency_key\":\"%s\"%s}".formatted(key, more));
    }
}
