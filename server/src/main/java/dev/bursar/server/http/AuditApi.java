package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Unit;
import dev.bursar.usage.AuditQuery;
import dev.bursar.usage.AuditRow;
import dev.bursar.usage.Usage;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `GET /api/audit`: who did what, the latest first.
final class AuditApi {

    /// The parameters that pick acts.
    static final List<String> FILTERS =
            List.of("tenant", "actor", "action", "target", "request_id", "from", "to");

    private final Usage usage;
    private final Authority authority;

    AuditApi(Usage usage, Authority authority) {
        this.usage = usage;
        this.authority = authority;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.AUDIT, this::list);
    }

    private void list(RoutingContext context) {
        List<String> known = new ArrayList<>(FILTERS);
        known.addAll(List.of("limit", "cursor"));
        Parameters parameters = Parameters.of(context, known);
        int limit = parameters.whole("limit", Page.DEFAULT_LIMIT, 1, AuditQuery.MAX_LIMIT - 1);
        AuditQuery query =
                query(parameters, limit + 1)
                        .before(parameters.text("cursor").map(AuditApi::position).orElse(null));
        Freshness.await(usage, authority);
        List<AuditRow> found = usage.audit(query);
        boolean more = found.size() > limit;
        List<AuditRow> shown = more ? found.subList(0, limit) : found;
        ObjectNode page = ApiJson.object();
        ArrayNode items = page.putArray("items");
        shown.forEach(row -> items.add(json(row)));
        page.put("next", more ? Page.cursor(Long.toString(shown.getLast().position())) : null);
        Answers.json(context, 200, page);
    }

    /// The acts that the parameters ask for, the latest first.
    static AuditQuery query(Parameters parameters, int limit) {
        return new AuditQuery(
                parameters.text("tenant").orElse(null),
                parameters.text("actor").orElse(null),
                parameters.text("action").orElse(null),
                parameters.text("target").orElse(null),
                parameters.text("request_id").orElse(null),
                parameters.time("from", Instant.MIN),
                parameters.time("to", Instant.MAX),
                null,
                limit);
    }

    private static Long position(String cursor) {
        String position = Page.position(cursor);
        if (!position.matches("[0-9]{1,18}")) {
            throw ApiException.badRequest("cursor must be one that a page gave as next");
        }
        return Long.valueOf(position);
    }

    private static ObjectNode json(AuditRow row) {
        ObjectNode node = ApiJson.object();
        node.put("position", row.position());
        node.put("at", row.at().toString());
        node.put("tenant", row.tenant());
        node.put("actor", row.actor());
        node.put("role", row.role());
        node.put("action", row.action());
        node.put("target", row.target());
        node.put("reason", row.reason());
        node.put("request_id", row.requestId());
        node.put("trace_id", row.traceId());
        node.put("on_behalf_of", row.onBehalfOf());
        String unit = row.unit();
        if (unit == null) {
            node.putNull("unit").putNull("amount");
        } else {
            node.put("unit", Quantity.unit(new Unit(unit)));
            CallJson.put(node, "amount", new Unit(unit), row.amount());
        }
        node.set("details", ApiJson.of(row.details()));
        return node;
    }
}
