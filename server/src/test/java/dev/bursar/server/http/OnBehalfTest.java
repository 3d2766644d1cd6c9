package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Reservations that a person makes and extends in place of a tenant's client.
class OnBehalfTest {

    private static final String[] ONCE = {"Idempotency-Key", "k-1"};

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
                              - { name: month, limit: 10 USD, every: month }
                              - { name: bot, match: { agent: bot, tag.x: "1" }, limit: 5 USD }
                          other: {}
                        """);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private JsonNode make(String amount, String... headers) {
        return house.ok("POST", "/api/reservations", body(amount), headers);
    }

    private static String body(String amount) {
        return """
        {"tenant":"acme","amount":"%s","subject":{"agent":"bot","tag.x":"1"},"ttl":600,
         "overage":"reject","reason":"by hand"}\
        """
                .formatted(amount);
    }

    private String held(String budget) {
        return house.ok("GET", "/api/budgets/acme/" + budget, "").at("/balances/0/held").asString();
    }

    private JsonNode acts(String action) {
        return house.ok("GET", "/api/audit?action=" + action, "").path("items");
    }

    @Test
    void reservation_isMade_andInTheAuditLog() {
        Instant before = Instant.now();
        JsonNode made = make("2 USD");
        assertThat(made.path("reserved").asString()).isEqualTo("2");
        assertThat(made.path("scope").asString()).isEqualTo("tenant:acme/agent:bot");
        assertThat(Instant.parse(made.path("expires").asString()))
                .isBetween(before.plusSeconds(599), before.plusSeconds(660));
        assertThat(held("month")).isEqualTo("2");
        assertThat(held("bot")).isEqualTo("2");

        String id = made.path("id").asString();
        JsonNode shown = house.ok("GET", "/api/reservations/acme/" + id, "");
        assertThat(shown.path("status").asString()).isEqualTo("active");
        assertThat(shown.at("/dimensions/x").asString()).isEqualTo("1");
        JsonNode act = acts("reservation.create").path(0);
        assertThat(act.path("actor").asString()).isEqualTo("administrator");
        assertThat(act.path("target").asString()).isEqualTo(id);
        assertThat(act.path("on_behalf_of").asString()).isEqualTo("acme");
        assertThat(act.path("reason").asString()).isEqualTo("by hand");
        assertThat(act.path("amount").asString()).isEqualTo("2");

        JsonNode spent =
                house.ok(
                        "POST",
                        "/api/reservations/acme/" + id + "/commit",
                        "{\"amount\":\"1.5 USD\"}");
        assertThat(spent.path("charged").asString()).isEqualTo("1.5");
    }

    @Test
    void reservation_isMadeOnce_underTheSameKey() {
        JsonNode first = make("2 USD", ONCE);
        assertThat(make("2 USD", ONCE)).isEqualTo(first);
        assertThat(held("month")).isEqualTo("2");
        refused(
                409,
                "idempotency_mismatch",
                house.send(ApiHouse.TOKEN, "POST", "/api/reservations", body("3 USD"), ONCE));
        assertThat(acts("reservation.create").size()).isEqualTo(1);
    }

    @Test
    void reservation_isExtended_onceUnderTheSameKey_andInTheAuditLog() {
        JsonNode made = make("2 USD");
        String id = made.path("id").asString();
        String path = "/api/reservations/acme/" + id + "/extend";
        Instant first = Instant.parse(made.path("expires").asString());

        JsonNode extended = house.ok("POST", path, "{\"by\":3600,\"reason\":\"late\"}", ONCE);

        assertThat(Instant.parse(extended.path("expires").asString()))
                .isEqualTo(first.plus(Duration.ofHours(1)));
        assertThat(house.ok("POST", path, "{\"by\":3600,\"reason\":\"late\"}", ONCE))
                .isEqualTo(extended);
        refused(
                409,
                "idempotency_mismatch",
                house.send(ApiHouse.TOKEN, "POST", path, "{\"by\":3601}", ONCE));
        JsonNode acts = acts("reservation.extend");
        assertThat(acts.size()).isEqualTo(1);
        assertThat(acts.at("/0/target").asString()).isEqualTo(id);
        assertThat(acts.at("/0/tenant").asString()).isEqualTo("acme");
        assertThat(acts.at("/0/on_behalf_of").asString()).isEqualTo("acme");
        assertThat(acts.at("/0/reason").asString()).isEqualTo("late");
        assertThat(acts.at("/0/details/until").asString())
                .isEqualTo(extended.path("expires").asString());
        assertThat(house.ok("POST", path, "{\"by\":1}").path("extensions").asInt()).isEqualTo(2);
        assertThat(acts("reservation.extend").size()).isEqualTo(2);

        house.ok("POST", "/api/reservations/acme/" + id + "/release", "{}");
        refused(409, "hold_finalized", house.send("POST", path, "{\"by\":1}"));
    }

    @Test
    void holdOfACall_isLeftToItsCall() {
        house.reserve("call", 5);
        for (String verb : new String[] {"release", "extend", "commit"}) {
            String body =
                    switch (verb) {
                        case "extend" -> "{\"by\":1}";
                        case "commit" -> "{\"amount\":\"1 USD\"}";
                        default -> "{}";
                    };
            HttpResponse<String> answer =
                    house.send("POST", "/api/reservations/acme/call/" + verb, body);
            refused(409, "call_in_flight", answer);
        }
        refused(404, "not_found", house.send("POST", "/api/reservations/other/call/release", "{}"));
        assertThat(held("month")).isEqualTo("0.00000005");
    }

    @Test
    void whatDoesNotFit_isRefused_andSaysWhy() {
        HttpResponse<String> answer = house.send("POST", "/api/reservations", body("7 USD"));
        refused(409, "budget_exceeded", answer);
        assertThat(answer.body()).contains("acme/bot has a limit of 5 USD");
        make("4 USD");
        assertThat(house.send("POST", "/api/reservations", body("2 USD")).body())
                .contains("amount: the budget acme/bot has only 1 USD left");
        answer = house.send("POST", "/api/reservations", body("7 calls"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
        assertThat(answer.body()).contains("amount: no budget", "calls");
        house.ok("POST", "/api/tenants/acme/suspend", "{}");
        refused(409, "tenant_suspended", house.send("POST", "/api/reservations", body("1 USD")));
        refused(
                404,
                "not_found",
                house.send("POST", "/api/reservations", body("1 USD").replace("acme", "none")));
    }

    @Test
    void boundOperator_actsForItsOwnTenantOnly() {
        String own = house.token("own", Role.OPERATOR, ApiHouse.ACME);
        String other = house.token("other", Role.OPERATOR, new TenantId("other"));
        assertThat(house.send(own, "POST", "/api/reservations", body("1 USD")).statusCode())
                .isEqualTo(201);
        assertThat(house.send(other, "POST", "/api/reservations", body("1 USD")).statusCode())
                .isEqualTo(404);
        assertThat(held("month")).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"tenant":"acme"} | amount
                    {"amount":"1 USD"} | tenant
                    {"tenant":"acme","amount":1} | amount
                    {"tenant":"acme","amount":"0 USD"} | amount
                    {"tenant":"acme","amount":"-1 USD"} | amount
                    {"tenant":"acme","amount":"1 moon"} | amount
                    {"tenant":"acme","amount":"1 USD","subject":{"colour":"red"}} | subject
                    {"tenant":"acme","amount":"1 USD","subject":{"agent":"a b"}} | subject
                    {"tenant":"acme","amount":"1 USD","subject":{"agent":5}} | subject.agent
                    {"tenant":"acme","amount":"1 USD","subject":{"tenant":"other"}} | subject.tenant
                    {"tenant":"acme","amount":"1 USD","ttl":0} | ttl
                    {"tenant":"acme","amount":"1 USD","ttl":604801} | ttl
                    {"tenant":"acme","amount":"1 USD","ttl":"60"} | ttl
                    {"tenant":"acme","amount":"1 USD","overage":"always"} | overage
                    {"tenant":"acme","amount":"1 USD","dry_run":true} | dry_run
                    """)
    void mistake_isNamed_andChangesNothing(String body, String field) {
        long before = house.authority.journal().lastPosition();
        HttpResponse<String> answer = house.send("POST", "/api/reservations", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(ApiHouse.json(answer).path("detail").asString()).contains(field);
        assertThat(house.authority.journal().lastPosition()).isEqualTo(before);
    }

    private static void refused(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(ApiHouse.json(answer).path("type").asString())
                .isEqualTo("urn:bursar:problem:" + code);
    }
}
