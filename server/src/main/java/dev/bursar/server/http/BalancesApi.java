package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.BalancesMark;
import dev.bursar.ledger.BalancesPage;
import dev.bursar.ledger.BalancesQuery;
import dev.bursar.ledger.Budget;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `GET /api/budgets/{tenant}/{name}/balances`: all current balances of one budget, page by page, however
/// many there are, or those with some values of its `per`.
final class BalancesApi {

    private static final String PER = "per.";

    private static final JsonMapper JSON = new JsonMapper();

    private final Authority authority;
    private final InstantSource clock;

    /// In every cursor: the order of the list is another one after a restart.
    private final String start = UUID.randomUUID().toString();

    BalancesApi(Authority authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.BALANCES, this::list);
    }

    private void list(RoutingContext context) {
        Budget budget = BudgetsApi.require(authority, BudgetsApi.id(context));
        List<String> known = new ArrayList<>(List.of("limit", "cursor"));
        budget.per().forEach(dimension -> known.add(PER + dimension));
        Parameters parameters = Parameters.of(context, known);
        SortedMap<String, String> per = new TreeMap<>();
        for (String dimension : budget.per()) {
            parameters.text(PER + dimension).ifPresent(value -> per.put(dimension, value));
        }
        BalancesPage page =
                authority
                        .balances(
                                new BalancesQuery(
                                        budget.id(),
                                        per,
                                        parameters
                                                .text("cursor")
                                                .map(cursor -> mark(cursor, list(budget, per)))
                                                .orElse(null),
                                        parameters.whole(
                                                "limit", Page.DEFAULT_LIMIT, 1, Page.MAX_LIMIT)))
                        .orElseThrow(BalancesApi::over);
        ObjectNode answer = ApiJson.object();
        ArrayNode items = answer.putArray("items");
        page.items().forEach(one -> items.add(BudgetJson.of(budget, one, clock.instant())));
        answer.put("next", cursor(page.next(), list(budget, per)));
        Answers.json(context, 200, answer);
    }

    /// What is listed: a cursor is good for nothing else.
    private static String list(Budget budget, SortedMap<String, String> per) {
        return budget.id() + " " + per;
    }

    private @Nullable String cursor(@Nullable BalancesMark mark, String list) {
        if (mark == null) {
            return null;
        }
        ArrayNode written = JSON.createArrayNode();
        written.add(start).add(list).add(mark.windowStartMillis()).add(mark.place());
        mark.per().forEach(written::add);
        return Page.cursor(written.toString());
    }

    private BalancesMark mark(String cursor, String list) {
        try {
            JsonNode written = JSON.readTree(Page.position(cursor));
            if (!written.required(0).stringValue().equals(start)) {
                throw over();
            }
            if (!written.required(1).stringValue().equals(list)) {
                throw ApiException.badRequest("cursor: is one of another list");
            }
            List<String> per = new ArrayList<>();
            for (int i = 4; i < written.size(); i++) {
                per.add(written.get(i).stringValue());
            }
            return new BalancesMark(
                    written.required(2).longValue(), written.required(3).longValue(), per);
        } catch (JacksonException | IllegalArgumentException e) {
            throw ApiException.badRequest("cursor must be one that a page gave as next");
        }
    }

    private static ApiException over() {
        return ApiException.badRequest(
                "cursor: is from before a new window of the budget, or a restart: begin anew");
    }
}
