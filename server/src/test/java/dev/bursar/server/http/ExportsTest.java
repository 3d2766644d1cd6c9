package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.directory.Role;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Files for those who close the books.
class ExportsTest {

    @TempDir Path data;

    private ApiHouse house;

    @BeforeEach
    void open() {
        house =
                new ApiHouse(
                        data,
                        "tenants: { other: {}, acme: { budgets: [{ name: all, limit: 9 USD }] } }");
        house.reserve("call-1", 200_000_000);
        house.commit("call-1", 123_000_000);
        house.reserve("call-2", 2_000_000_000);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private List<String> lines(String path) {
        HttpResponse<String> answer = house.send("GET", "/api/exports/" + path, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("text/csv; charset=utf-8");
        assertThat(answer.body()).endsWith("\r\n");
        return answer.body().lines().toList();
    }

    @Test
    void calls_areOneLineEach_inTheOrderOfTheJournal() {
        List<String> lines = lines("calls.csv");

        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst()).startsWith("at,id,outcome,tenant,run,");
        assertThat(lines.get(1)).contains(",call-1,settled,acme,r1,support,").contains(",1.23,");
        assertThat(lines.get(2)).contains(",call-2,denied,acme,r1,support,").contains(",20,");
        assertThat(lines("calls.csv?outcome=denied")).hasSize(2);
        assertThat(lines("calls.csv?tenant=other")).hasSize(1);
    }

    /// A call that is answered from the cache, whose answer had cost $0.45.
    private void cached(String id) {
        house.authority.submit(
                new Command.Charge(
                        new CommandKey(id, 1),
                        ApiHouse.ACME,
                        Subject.of(Map.of("run", "r1", "workflow", "support")),
                        Amounts.of(Unit.CALLS, 1),
                        Command.Overage.REJECT,
                        false,
                        Attribution.of(
                                Map.of("call", id, "decision", "cached"),
                                Map.of("cost_avoided_microcents", 45_000_000L))));
    }

    @Test
    void spend_withAnswersOfTheCache_isTheSameInTheListAndTheFile() {
        cached("call-3");
        cached("call-4");

        assertThat(lines("spend.csv").get(1)).endsWith(",1.23,20,2,0.9");
        JsonNode all = house.ok("GET", "/api/spend", "").path("items").path(0);
        assertThat(all.path("calls").asInt()).isEqualTo(3);
        assertThat(all.path("cached").asInt()).isEqualTo(2);
        assertThat(all.path("cache_avoided_usd").asString()).isEqualTo("0.9");
        assertThat(all.path("usd").asString()).isEqualTo("1.23");
    }

    @Test
    void spend_isGroupedAsAsked() {
        List<String> lines = lines("spend.csv?by=workflow");

        assertThat(lines.getFirst())
                .isEqualTo(
                        "start,workflow,other,calls,tool_calls,denials,tokens,usd,denied_asked_usd,"
                                + "cached,cache_avoided_usd");
        assertThat(lines.get(1)).endsWith(",support,false,1,0,1,12,1.23,20,0,0");
    }

    @Test
    void audit_isTheSameAsTheList_andNoFormula() {
        house.ok(
                "POST",
                "/api/budgets/acme/all/credit",
                "{\"amount\":\"1.5 USD\",\"reason\":\"=HYPERLINK(\\\"x\\\")\"}");

        List<String> lines = lines("audit.csv");

        assertThat(lines.size() - 1)
                .isEqualTo(house.ok("GET", "/api/audit", "").path("items").size());
        assertThat(lines.get(1))
                .contains(",administrator,admin,budget.credit,acme/all,\"'=HYPERLINK(\"\"x\"\")\",")
                .contains(",USD,1.5,");
    }

    @Test
    void audit_ofMoreThanAPage_isWhole() {
        for (int i = 0; i < 1_005; i++) {
            house.authority.submit(
                    new Command.Note(
                            ApiHouse.ACME, Attribution.of(Map.of("action", "n" + i), Map.of())));
        }
        assertThat(lines("audit.csv?tenant=acme").stream().filter(line -> line.contains(",n")))
                .hasSize(1_005);
    }

    @ParameterizedTest
    @ValueSource(strings = {"spend.csv?by=workflow", "calls.csv", "audit.csv"})
    void boundToken_exportsItsTenantOnly(String path) {
        String token = house.token("t", Role.FINANCE, new TenantId("other"));

        String body = house.send(token, "GET", "/api/exports/" + path, "").body();

        assertThat(body.lines().skip(1)).allMatch(line -> line.contains(",other,configuration,"));
        assertThat(house.send(token, "GET", "/api/exports/calls.csv?tenant=acme", "").statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "spend.csv?by=colour, colour",
        "calls.csv?from=yesterday, from",
        "audit.csv?limit=5, limit",
    })
    void mistake_isAProblemDocument(String path, String field) {
        HttpResponse<String> answer = house.send("GET", "/api/exports/" + path, "");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(ApiHouse.json(answer).path("detail").asString()).contains(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plain|plain",
                "a,b|\"a,b\"",
                "say \"hi\"|\"say \"\"hi\"\"\"",
                "=1+1|'=1+1",
                "+1|'+1",
                "-1|'-1",
                "@x|'@x",
                "a=1|a=1",
            })
    void cell_isQuoted_andNeverAFormula(String text, String cell) {
        assertThat(new Csv().text(text).end().take()).isEqualTo(cell + "\r\n");
    }
}
