package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The audit log: every act over `/api` is in it, and nobody reads of other tenants.
class AuditApiTest {

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
                          other: {}
                          acme:
                            budgets:
                              - { name: month, limit: 10 USD, every: month, at: { 100%: approve } }
                        """);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private JsonNode audit(String query) {
        return house.ok("GET", "/api/audit" + query, "").path("items");
    }

    private static List<String> told(JsonNode acts) {
        List<String> told = new ArrayList<>();
        acts.forEach(act ->
                told.add(act.path("action").asString() + " " + act.path("target").asString()));
        return told.reversed();
    }

    @Test
    void everyAct_isThereOnce_alsoAfterARebuild() {
        String why = "{\"reason\":\"a test\"}";
        house.ok("POST", "/api/tenants", "{\"id\":\"new\"}");
        house.ok("PUT", "/api/tenants/new", "{\"timezone\":\"Europe/Berlin\"}");
        house.ok("POST", "/api/tenants/new/suspend", why);
        house.ok("POST", "/api/tenants/new/activate", "");
        house.ok("POST", "/api/tenants/new/close", why);
        house.ok("POST", "/api/keys", "{\"tenant\":\"acme\",\"name\":\"k\"}");
        house.ok("DELETE", "/api/keys/acme/k", "");
        house.ok("POST", "/api/tokens", "{\"name\":\"t\",\"role\":\"viewer\"}");
        house.ok("DELETE", "/api/tokens/t", "");
        budgetActs();
        approvalActs();
        assertThat(house.send("POST", "/api/backup", "").statusCode()).isEqualTo(200);

        JsonNode acts = audit("?limit=500");

        List<String> told = told(acts);
        assertThat(told.subList(told.indexOf("tenant.create new"), told.size()))
                .containsExactly(
                        "tenant.create new",
                        "tenant.change new",
                        "tenant.suspend new",
                        "tenant.activate new",
                        "tenant.close new",
                        "key.create k",
                        "key.revoke k",
                        "token.create t",
                        "token.revoke t",
                        "budget.define acme/b",
                        "budget.change acme/b",
                        "budget.credit acme/b",
                        "budget.debit acme/b",
                        "budget.reset acme/b",
                        "budget.freeze acme/b",
                        "budget.unfreeze acme/b",
                        "budget.close acme/b",
                        "budget.remove acme/b",
                        "approval.grant acme/month",
                        "approval.decline acme/month",
                        "backup journal");
        assertThat(audit("?action=tenant.close").at("/0/reason").asString()).isEqualTo("a test");
        assertThat(audit("?action=tenant.suspend").at("/0/reason").asString()).isEqualTo("a test");
        house.ok("POST", "/api/rebuild", "");
        house.caughtUp();
        assertThat(told(audit("?limit=500&action=budget"))).hasSize(10);
        assertThat(audit("?limit=500"))
                .hasSize(acts.size() + 1)
                .filteredOn(act -> !act.path("action").asString().equals("usage.rebuild"))
                .containsExactlyElementsOf(acts);
    }

    @Test
    void act_ofAnyKind_isRememberedWithItsReason() {
        String why = "\"reason\":\"asked for\"";
        house.ok("POST", "/api/tenants", "{\"id\":\"made\"," + why + "}");
        house.ok("PUT", "/api/tenants/made", "{\"timezone\":\"Europe/Berlin\"," + why + "}");
        house.ok("POST", "/api/keys", "{\"tenant\":\"acme\",\"name\":\"k\"," + why + "}");
        house.ok("DELETE", "/api/keys/acme/k?reason=asked%20for", "");
        house.ok("POST", "/api/tokens", "{\"name\":\"t\",\"role\":\"viewer\"," + why + "}");
        house.ok("DELETE", "/api/tokens/t?reason=asked%20for", "");
        house.ok(
                "POST",
                "/api/budgets",
                "{\"tenant\":\"acme\",\"name\":\"w\",\"limit\":\"5 USD\"," + why + "}");
        house.ok("DELETE", "/api/budgets/acme/w?reason=asked%20for", "");
        house.caughtUp();
        for (String action :
                List.of(
                        "tenant.create",
                        "tenant.change",
                        "key.create",
                        "key.revoke",
                        "token.create",
                        "token.revoke",
                        "budget.define",
                        "budget.remove")) {
            assertThat(audit("?action=" + action).at("/0/reason").asString())
                    .as(action)
                    .isEqualTo("asked for");
        }
        assertThat(house.send("DELETE", "/api/keys/acme/k?reason=" + "x".repeat(600), ""))
                .returns(400, HttpResponse::statusCode);
    }

    private void budgetActs() {
        house.ok(
                "POST", "/api/budgets", "{\"tenant\":\"acme\",\"name\":\"b\",\"limit\":\"5 USD\"}");
        house.ok("PUT", "/api/budgets/acme/b", "{\"limit\":\"6 USD\"}");
        house.ok("POST", "/api/budgets/acme/b/credit", "{\"amount\":\"1.50 USD\"}");
        house.ok("POST", "/api/budgets/acme/b/debit", "{\"amount\":\"1 USD\"}");
        house.ok("POST", "/api/budgets/acme/b/reset", "{}");
        for (String act : List.of("freeze", "unfreeze", "close")) {
            house.ok("POST", "/api/budgets/acme/" + act, "{\"budgets\":[\"b\"]}");
        }
        house.ok("DELETE", "/api/budgets/acme/b", "");
    }

    private void approvalActs() {
        String until = "\"until\":\"2999-01-01T00:00:00Z\"";
        house.ok(
                "POST",
                "/api/approvals/acme/" + approval("a", 12) + "/grant",
                "{\"amount\":\"1 USD\"," + until + "}");
        house.ok(
                "POST", "/api/approvals/acme/" + approval("b", 12) + "/decline", "{" + until + "}");
    }

    /// Of a reserve that asks for too much.
    private String approval(String id, long usd) {
        return String.valueOf(
                ((Outcome.Refused) house.reserve(id, usd * USD)).blocks().getFirst().approval());
    }

    @Test
    void act_saysWhoWhatWhyAndInWhichRequest() {
        String token = house.token("ann", Role.OPERATOR, ApiHouse.ACME);
        var answer =
                house.send(
                        token,
                        "POST",
                        "/api/budgets/acme/month/credit",
                        "{\"amount\":\"2.50 USD\",\"reason\":\"launch\"}",
                        "X-Request-Id",
                        "req-7",
                        "traceparent",
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assertThat(answer.statusCode()).isEqualTo(200);

        JsonNode acts = audit("?request_id=req-7");

        assertThat(acts.size()).isEqualTo(1);
        JsonNode act = acts.path(0);
        assertThat(act.path("actor").asString()).isEqualTo("acme/ann");
        assertThat(act.path("role").asString()).isEqualTo("operator");
        assertThat(act.path("action").asString()).isEqualTo("budget.credit");
        assertThat(act.path("target").asString()).isEqualTo("acme/month");
        assertThat(act.path("tenant").asString()).isEqualTo("acme");
        assertThat(act.path("reason").asString()).isEqualTo("launch");
        assertThat(act.path("trace_id").asString()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(act.path("unit").asString()).isEqualTo("USD");
        assertThat(act.path("amount").asString()).isEqualTo("2.5");
        assertThat(audit("?actor=acme/ann")).containsExactly(act);
        assertThat(audit("?actor=bob").isEmpty()).isTrue();
        assertThat(audit("?to=2001-01-01T00:00:00Z").isEmpty()).isTrue();
        assertThat(audit("?action=budget.credit&target=acme/month&tenant=acme"))
                .containsExactly(act);
    }

    @Test
    void boundToken_readsOfItsTenantOnly() {
        house.ok("POST", "/api/keys", "{\"tenant\":\"acme\",\"name\":\"a\"}");
        house.ok("POST", "/api/keys", "{\"tenant\":\"other\",\"name\":\"b\"}");
        house.ok("POST", "/api/tokens", "{\"name\":\"all\",\"role\":\"viewer\"}");
        String token = house.token("t", Role.VIEWER, new TenantId("other"));

        JsonNode page = ApiHouse.json(house.send(token, "GET", "/api/audit", ""));

        assertThat(told(page.path("items"))).containsExactly("tenant.create other", "key.create b");
        assertThat(house.send(token, "GET", "/api/audit?tenant=acme", "").statusCode())
                .isEqualTo(404);
    }

    /// One by one: whoever looks for what became of a key finds the end of its tenant.
    @Test
    void endOfATenant_tellsOfEachKeyAndToken() {
        house.ok("POST", "/api/tenants", "{\"id\":\"new\"}");
        for (String name : List.of("a", "b", "gone")) {
            house.ok("POST", "/api/keys", "{\"tenant\":\"new\",\"name\":\"%s\"}".formatted(name));
        }
        house.ok("DELETE", "/api/keys/new/gone", "");
        house.token("t", Role.VIEWER, new TenantId("new"));
        house.token("free", Role.VIEWER, null);

        house.ok("POST", "/api/tenants/new/close", "{\"reason\":\"over\"}");

        JsonNode acts = audit("?actor=administrator&tenant=new");
        List<String> told = told(acts);
        assertThat(told.subList(told.indexOf("tenant.close new"), told.size()))
                .containsExactly(
                        "tenant.close new", "key.revoke a", "key.revoke b", "token.revoke t");
        JsonNode key = audit("?action=key.revoke&target=a").path(0);
        assertThat(key.path("reason").asString()).isEqualTo("over");
        assertThat(key.at("/details/with").asString()).isEqualTo("tenant.close");
    }

    @Test
    void tenants_ofTheConfiguration_areToldAtTheStart() {
        assertThat(told(audit("?actor=configuration&action=tenant")))
                .containsExactly("tenant.create acme", "tenant.create other");
        assertThat(audit("?action=tenant&target=acme").at("/0/details/timezone").asString())
                .isEqualTo("UTC");
    }

    @Test
    void pages_goOnWhereTheCursorSays() {
        for (int i = 0; i < 5; i++) {
            house.ok("POST", "/api/tenants", "{\"id\":\"t%d\"}".formatted(i));
        }
        List<String> told = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page =
                    house.ok(
                            "GET",
                            "/api/audit?actor=administrator&action=tenant&limit=2" + cursor,
                            "");
            told.addAll(told(page.path("items")).reversed());
            cursor = page.path("next").isNull() ? "" : "&cursor=" + page.path("next").asString();
        } while (!cursor.isEmpty());
        assertThat(told)
                .containsExactly(
                        "tenant.create t4",
                        "tenant.create t3",
                        "tenant.create t2",
                        "tenant.create t1",
                        "tenant.create t0");
        assertThat(house.send("GET", "/api/audit?cursor=bm9uZQ", "").statusCode()).isEqualTo(400);
    }
}
