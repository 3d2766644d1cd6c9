package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Finding;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// What people do over `/api`: tenants, keys, budgets, money, approvals.
class AdministrationTest {

    private static final long USD = 100_000_000;

    @TempDir Path data;

    private ApiHouse house;

    @BeforeEach
    void open() {
        house =
                new ApiHouse(
                        data,
                        """
                        tenants:
                          acme:
                            budgets:
                              - { name: month, limit: 10 USD, every: month, at: { 100%: approve } }
                              - { name: user, per: [user], match: { team: x }, limit: 5 USD }
                        """);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private JsonNode balance(String budget) {
        return house.ok("GET", "/api/budgets/acme/" + budget, "").at("/balances/0");
    }

    private void refused(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(ApiHouse.json(answer).path("type").asString())
                .isEqualTo("urn:bursar:problem:" + code);
    }

    @Test
    void tenant_made_hasKeysUntilItIsClosed() {
        house.ok("POST", "/api/tenants", "{\"id\":\"new\",\"timezone\":\"Europe/Berlin\"}");
        String secret =
                house.ok("POST", "/api/keys", "{\"tenant\":\"new\",\"name\":\"k\"}")
                        .path("secret")
                        .asString();
        assertThat(house.directory.find(secret)).isInstanceOf(Finding.Good.class);

        house.ok("POST", "/api/tenants/new/suspend", "{}");
        assertThat(why(secret)).isEqualTo(Finding.Why.TENANT_SUSPENDED);
        house.ok("POST", "/api/tenants/new/activate", "{}");
        assertThat(house.directory.find(secret)).isInstanceOf(Finding.Good.class);

        JsonNode closed = house.ok("POST", "/api/tenants/new/close", "{}");
        assertThat(closed.path("status").asString()).isEqualTo("closed");
        assertThat(why(secret)).isEqualTo(Finding.Why.TENANT_CLOSED);
        assertThat(house.authority.leftToClose(Set.of(new TenantId("new")))).isEmpty();
        refused(409, "tenant_closed", house.send("POST", "/api/tenants/new/activate", "{}"));
        refused(409, "exists", house.send("POST", "/api/tenants", "{\"id\":\"new\"}"));
        refused(
                409,
                "tenant_closed",
                house.send("POST", "/api/keys", "{\"tenant\":\"new\",\"name\":\"l\"}"));
        assertThat(house.ok("POST", "/api/tenants/new/close", "{}").path("released").asInt())
                .isZero();
    }

    @Test
    void whatWasMade_hasTheSameTimes_whenItIsListed() {
        JsonNode tenant = house.ok("POST", "/api/tenants", "{\"id\":\"new\"}");
        assertThat(house.ok("GET", "/api/tenants/new", "")).isEqualTo(tenant);
        JsonNode key = house.ok("POST", "/api/keys", "{\"tenant\":\"new\",\"name\":\"k\"}");
        JsonNode revoked = house.ok("DELETE", "/api/keys/new/k", "");
        assertThat(revoked.path("created")).isEqualTo(key.path("created"));
        assertThat(house.ok("GET", "/api/keys?tenant=new", "").at("/items/0")).isEqualTo(revoked);
        house.ok("POST", "/api/tokens", "{\"name\":\"t\",\"role\":\"viewer\"}");
        JsonNode token = house.ok("DELETE", "/api/tokens/t", "");
        assertThat(house.ok("GET", "/api/tokens", "").path("items")).contains(token);
    }

    private Finding.Why why(String secret) {
        return ((Finding.Bad) house.directory.find(secret)).why();
    }

    @Test
    void tenantOfTheFile_isLeftToTheFile() {
        refused(409, "owned_by_file", house.send("POST", "/api/tenants/acme/close", "{}"));
        refused(
                409,
                "owned_by_file",
                house.send("PUT", "/api/tenants/acme", "{\"timezone\":\"UTC\"}"));
        assertThat(house.ok("POST", "/api/tenants/acme/suspend", "{}").path("status").asString())
                .isEqualTo("suspended");
    }

    @Test
    void budget_defined_isChangedAndRemoved() {
        String made =
                """
                {"tenant":"acme","name":"api","per":["run"],"limit":"2.50 USD","mode":"soft",
                 "scope":"tenant:acme/agent:bot","overdraft":"1 USD","at":{"80%":"alert"}}\
                """;
        JsonNode budget = house.ok("POST", "/api/budgets", made);
        assertThat(budget.path("limit").asString()).isEqualTo("2.5");
        assertThat(budget.path("managed_by").asString()).isEqualTo("api");
        assertThat(budget.path("scope").asString()).isEqualTo("tenant:acme/agent:bot");
        refused(409, "exists", house.send("POST", "/api/budgets", made));

        house.ok("PUT", "/api/budgets/acme/api", "{\"limit\":\"300 tokens\"}");
        assertThat(house.ok("GET", "/api/budgets/acme/api", "").path("limit").asInt())
                .isEqualTo(300);
        house.ok("DELETE", "/api/budgets/acme/api", "");
        refused(404, "not_found", house.send("GET", "/api/budgets/acme/api", ""));
    }

    @Test
    void budget_thatCarriesAllOver_saysSo() {
        String words = "\"limit\":\"5 USD\",\"every\":\"day\",\"carry_over\":true}";
        house.ok("POST", "/api/budgets", "{\"tenant\":\"acme\",\"name\":\"all\"," + words);
        assertThat(house.ok("GET", "/api/budgets/acme/all", "").path("carry_over").asBoolean())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "PATCH, /api/budgets, 'GET, POST'",
        "POST, /api/budgets/acme/month, 'DELETE, GET, PUT'",
        "POST, /api/exports/audit.csv, GET",
    })
    void methodThatIsNotThere_isAnsweredWithThoseThatAre(
            String method, String path, String allowed) {
        HttpResponse<String> answer = house.send(method, path, "{}");
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).contains(allowed);
    }

    @Test
    void budgetOfTheFile_isLeftToTheFile_butFundedAndFrozen() {
        refused(
                409,
                "owned_by_file",
                house.send("PUT", "/api/budgets/acme/month", "{\"limit\":\"99 USD\"}"));
        refused(409, "owned_by_file", house.send("DELETE", "/api/budgets/acme/month", ""));
        house.ok("POST", "/api/budgets/acme/month/credit", "{\"amount\":\"1 USD\"}");
        house.ok("POST", "/api/budgets/acme/freeze", "{\"budgets\":[\"month\"]}");
        assertThat(house.ok("GET", "/api/budgets/acme/month", "").path("status").asString())
                .isEqualTo("frozen");
    }

    @Test
    void money_isMovedOnce_underTheSameKey() {
        String[] key = {"Idempotency-Key", "k-1"};
        String credit = "/api/budgets/acme/month/credit";
        JsonNode first = house.ok("POST", credit, "{\"amount\":\"2.50 USD\"}", key);
        JsonNode again = house.ok("POST", credit, "{\"amount\":\"2.50 USD\"}", key);
        assertThat(again).isEqualTo(first);
        assertThat(balance("month").path("limit").asString()).isEqualTo("12.5");

        refused(
                409,
                "idempotency_mismatch",
                house.send(ApiHouse.TOKEN, "POST", credit, "{\"amount\":\"3 USD\"}", key));
        house.ok(
                "POST",
                "/api/budgets/acme/user/credit",
                "{\"amount\":\"2.50 USD\",\"per\":{\"user\":\"ann\"}}",
                key);
        assertThat(balance("user").path("limit").asString()).isEqualTo("7.5");
        assertThat(balance("user").at("/per/user").asString()).isEqualTo("ann");
    }

    @Test
    void money_isTakenAndResetAndNeverMoreThanIsLeft() {
        house.reserve("h", 4 * USD);
        house.commit("h", 4 * USD);
        JsonNode debited =
                house.ok("POST", "/api/budgets/acme/month/debit", "{\"amount\":\"5 USD\"}");
        assertThat(debited.at("/balance/left").asString()).isEqualTo("1");
        refused(
                409,
                "budget_exceeded",
                house.send("POST", "/api/budgets/acme/month/debit", "{\"amount\":\"2 USD\"}"));
        house.ok("POST", "/api/budgets/acme/month/reset", "{}");
        assertThat(balance("month").path("spent").asString()).isEqualTo("0");
        assertThat(
                        house.ok("POST", "/api/budgets/acme/month/repay", "{\"amount\":\"2 USD\"}")
                                .path("amount")
                                .asString())
                .isEqualTo("0");
    }

    @Test
    void subtree_isFrozenInOneCommand() {
        for (String name : List.of("bot", "other")) {
            house.ok(
                    "POST",
                    "/api/budgets",
                    "{\"tenant\":\"acme\",\"name\":\"%s\",\"limit\":\"1 USD\",\"scope\":\"tenant:acme/agent:%s\"}"
                            .formatted(name, name));
        }
        house.ok(
                "POST",
                "/api/budgets",
                "{\"tenant\":\"acme\",\"name\":\"set\",\"limit\":\"1 USD\","
                        + "\"scope\":\"tenant:acme/agent:bot/toolset:web\"}");
        JsonNode set =
                house.ok(
                        "POST",
                        "/api/budgets/acme/freeze",
                        "{\"scope\":\"tenant:acme/agent:bot\"}");
        assertThat(set.path("changed").toString()).isEqualTo("[\"acme/bot\",\"acme/set\"]");
        JsonNode back =
                house.ok("POST", "/api/budgets/acme/unfreeze", "{\"budgets\":[\"set\",\"other\"]}");
        assertThat(back.path("changed").toString()).isEqualTo("[\"acme/set\"]");
        house.ok("POST", "/api/budgets/acme/close", "{\"budgets\":[\"set\"]}");
        refused(
                409,
                "budget_closed",
                house.send("POST", "/api/budgets/acme/unfreeze", "{\"budgets\":[\"set\"]}"));

        JsonNode open =
                house.ok(
                        "POST",
                        "/api/budgets/acme/unfreeze",
                        "{\"scope\":\"tenant:acme/agent:bot\"}");
        assertThat(open.path("changed").toString()).isEqualTo("[\"acme/bot\"]");
    }

    @Test
    void approval_isGranted_andMakesRoomUntilItsTime() {
        Outcome.Refused refused = (Outcome.Refused) house.reserve("big", 12 * USD);
        JsonNode open = house.ok("GET", "/api/approvals", "").at("/items/0");
        assertThat(open.path("id").asString()).isEqualTo(refused.blocks().getFirst().approval());
        assertThat(open.path("asked").asString()).isEqualTo("12");
        assertThat(open.at("/subject/workflow").asString()).isEqualTo("support");
        String path = "/api/approvals/acme/" + open.path("id").asString();
        String until = Instant.now().plus(Duration.ofHours(1)).toString();

        JsonNode granted =
                house.ok(
                        "POST",
                        path + "/grant",
                        "{\"amount\":\"5 USD\",\"until\":\"%s\"}".formatted(until));

        assertThat(granted.at("/balance/limit").asString()).isEqualTo("15");
        assertThat(house.reserve("big-2", 12 * USD)).isInstanceOf(Outcome.Granted.class);
        refused(
                404,
                "approval_not_found",
                house.send("POST", path + "/decline", "{\"until\":\"%s\"}".formatted(until)));
    }

    @Test
    void approval_isDeclined_andNotAskedAgain() {
        house.reserve("big", 12 * USD);
        String id = house.ok("GET", "/api/approvals?tenant=acme", "").at("/items/0/id").asString();
        String until = Instant.now().plus(Duration.ofHours(1)).toString();

        house.ok(
                "POST",
                "/api/approvals/acme/" + id + "/decline",
                "{\"until\":\"%s\"}".formatted(until));

        house.reserve("big", 12 * USD);
        assertThat(house.ok("GET", "/api/approvals", "").path("items").isEmpty()).isTrue();
    }

    @Test
    void lists_goOnWhereTheCursorSays() {
        for (int i = 0; i < 5; i++) {
            house.ok("POST", "/api/tenants", "{\"id\":\"t%d\"}".formatted(i));
        }
        JsonNode page = house.ok("GET", "/api/tenants?limit=4", "");
        JsonNode rest =
                house.ok("GET", "/api/tenants?limit=4&cursor=" + page.path("next").asString(), "");
        assertThat(page.at("/items/3/id").asString()).isEqualTo("t2");
        assertThat(rest.at("/items/0/id").asString()).isEqualTo("t3");
        assertThat(rest.path("items").size()).isEqualTo(2);
        assertThat(rest.path("next").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    POST | /api/tenants | {"id":5} | id
                    POST | /api/tenants | {"id":"a b"} | id
                    POST | /api/tenants | {"id":"ok","timezone":"Moon"} | timezone
                    POST | /api/tenants | {"id":"ok","colour":"red"} | colour
                    POST | /api/tenants | ["ok"] | object
                    POST | /api/keys | {"tenant":"acme"} | name
                    POST | /api/keys | {"tenant":"acme","name":"k","defaults":{"team":5}} | defaults.team
                    POST | /api/keys | {"tenant":"acme","name":"k","permissions":["fly"]} | permissions
                    POST | /api/keys | {"tenant":"acme","name":"k","scope":"agent:x"} | scope
                    POST | /api/keys | {"tenant":"acme","name":"k","expires":"2001-01-01T00:00:00Z"} | expires
                    POST | /api/tokens | {"name":"t","role":"king"} | role
                    POST | /api/tokens | {"name":"administrator","role":"viewer"} | name
                    POST | /api/budgets | {"tenant":"acme","name":"b"} | limit
                    POST | /api/budgets | {"tenant":"acme","name":"b","limit":5} | limit
                    POST | /api/budgets | {"tenant":"acme","name":"b","limit":"-5 USD"} | limit
                    POST | /api/budgets | {"tenant":"acme","name":"b","limit":"1 USD","overdraft":"5 calls"} | overdraft
                    POST | /api/budgets | {"tenant":"acme","name":"b","limit":"1 USD","match":{"colour":"red"}} | match.colour
                    POST | /api/budgets | {"tenant":"acme","name":"b","limit":"1 USD","per":"run"} | per
                    POST | /api/budgets | {"tenant":"acme","name":"b","limit":"1 USD","scope":"tenant:x"} | scope
                    POST | /api/budgets/acme/month/credit | {"amount":5} | amount
                    POST | /api/budgets/acme/month/credit | {"amount":"5 calls"} | amount
                    POST | /api/budgets/acme/month/credit | {"amount":"0 USD"} | amount
                    POST | /api/budgets/acme/month/credit | {"amount":"-1 USD"} | amount
                    POST | /api/budgets/acme/month/credit | {"amount":"99999999999999999999 USD"} | amount
                    POST | /api/budgets/acme/month/credit | {"amount":"1 USD","per":{"user":"x"}} | per
                    POST | /api/budgets/acme/user/credit | {"amount":"1 USD"} | per
                    POST | /api/budgets/acme/freeze | {} | budgets
                    POST | /api/budgets/acme/freeze | {"budgets":"month"} | budgets
                    """)
    void mistake_isNamed_andChangesNothing(String method, String path, String body, String field) {
        long before = house.authority.journal().lastPosition();

        HttpResponse<String> answer = house.send(method, path, body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(ApiHouse.json(answer).path("detail").asString()).contains(field);
        assertThat(house.authority.journal().lastPosition()).isEqualTo(before);
        assertThat(house.directory.keys(null)).isEmpty();
        assertThat(house.directory.tenants()).hasSize(1);
    }
}
