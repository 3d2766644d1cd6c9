package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// All balances of a budget, over `/api`.
class BalancesApiTest {

    private static final String PATH = "/api/budgets/acme/user/balances";

    private static final int MANY = 2_500;

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
                              - { name: user, per: [team, user], limit: 5 USD }
                              - { name: month, limit: 5 USD, every: month }
                        """);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private void open(int from, int to) {
        for (int i = from; i < to; i++) {
            house.authority.submit(
                    new Command.AdjustBudget(
                            new CommandKey("credit-" + i, 1),
                            ApiHouse.ACME,
                            new BudgetId("acme/user"),
                            List.of(i % 5 == 0 ? "core" : "", "u" + i),
                            Command.Adjustment.CREDIT,
                            100,
                            Attribution.NONE));
        }
    }

    private JsonNode page(String query) {
        return house.ok("GET", PATH + query, "");
    }

    @Test
    void balances_areListedPageByPage_eachOnce_whileOthersAreOpened() {
        open(0, MANY);
        List<String> users = new ArrayList<>();
        int opened = MANY;
        String cursor = "";
        do {
            JsonNode page = page("?limit=1000" + cursor);
            assertThat(page.path("items").size()).isBetween(1, 1_000);
            page.path("items").forEach(item -> users.add(item.at("/per/user").asString()));
            cursor = page.path("next").isNull() ? "" : "&cursor=" + page.path("next").asString();
            open(opened, opened + 100);
            opened += 100;
        } while (!cursor.isEmpty());
        assertThat(users).doesNotHaveDuplicates();
        for (int i = 0; i < MANY; i++) {
            assertThat(users).contains("u" + i);
        }
    }

    /// More than one question looks at.
    @Test
    void balancesOfMany_areFoundByAValueOfPer_eachOnce() {
        open(0, MANY);
        List<String> users = new ArrayList<>();
        JsonNode page = page("?per.team=core&limit=1000");
        page.path("items").forEach(item -> users.add(item.at("/per/user").asString()));
        assertThat(users).hasSize(MANY / 5).doesNotHaveDuplicates();
        assertThat(page.path("next").isNull()).isTrue();
    }

    @Test
    void balances_areFoundByTheirValuesOfPer() {
        open(0, 20);
        assertThat(page("?per.team=core").path("items").size()).isEqualTo(4);
        assertThat(page("?per.team=").path("items").size()).isEqualTo(16);
        JsonNode one = page("?per.team=core&per.user=u5");
        assertThat(one.path("items").size()).isEqualTo(1);
        assertThat(one.at("/items/0/per/user").asString()).isEqualTo("u5");
        assertThat(one.at("/items/0/limit").asString()).isEqualTo("5.000001");
        assertThat(one.path("next").isNull()).isTrue();
        assertThat(page("?per.team=core&per.user=u6").path("items").isEmpty()).isTrue();
    }

    @Test
    void budgetWithoutPer_hasAtMostOne() {
        assertThat(house.ok("GET", "/api/budgets/acme/month/balances", "").toString())
                .isEqualTo("{\"items\":[],\"next\":null}");
        house.reserve("a", 5);
        assertThat(
                        house.ok("GET", "/api/budgets/acme/month/balances?limit=1", "")
                                .path("items")
                                .size())
                .isEqualTo(1);
    }

    @Test
    void cursor_fromBeforeARestart_isRefused() {
        open(0, 20);
        String cursor = page("?limit=5").path("next").asString();
        assertThat(page("?limit=5&cursor=" + cursor).path("items").size()).isEqualTo(5);
        house.close();
        open();
        HttpResponse<String> answer = house.send("GET", PATH + "?cursor=" + cursor, "");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("begin anew");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "7",
                "[7]",
                "[\"START\"]",
                "[\"START\",0,0,0]",
                "[\"START\",\"acme/user {}\",0]",
                "[\"START\",\"acme/user {}\",0,-1]",
                "[\"START\",\"acme/user {}\",0,1e99]",
                "[\"START\",\"acme/user {}\",\"x\",0]",
                "[\"START\",\"acme/user {}\",0,0,7]",
                "[\"START\",\"acme/month {}\",0,0]",
                "[\"START\",\"acme/user {team=core}\",0,0]",
                "[7,0,0]",
                "[",
                ""
            })
    void cursor_thatNoPageGave_isAMistake(String written) {
        open(0, 20);
        String given = Page.position(page("?limit=5").path("next").asString());
        String start = given.substring(2, given.indexOf('"', 2));

        HttpResponse<String> answer =
                house.send(
                        "GET",
                        PATH + "?cursor=" + Page.cursor(written.replace("START", start)),
                        "");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("cursor");
    }

    @ParameterizedTest
    @ValueSource(strings = {"per.run=x", "per.team=a&per.team=b", "limit=0", "balances=5"})
    void mistakes_areNamed(String query) {
        HttpResponse<String> answer = house.send("GET", PATH + "?" + query, "");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(query.substring(0, query.indexOf('=')));
    }
}
