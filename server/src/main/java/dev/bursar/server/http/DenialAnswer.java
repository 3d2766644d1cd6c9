package dev.bursar.server.http;

import dev.bursar.gateway.BlockingBudget;
import dev.bursar.gateway.Denial;
import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Unit;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A denial as a problem document: with the budgets in the way, as the gateway tells them to callers of models.
final class DenialAnswer {

    private DenialAnswer() {}

    static void send(RoutingContext context, int status, Denial denial) {
        if (denial.refusal().isFinal()) {
            context.response().putHeader("x-should-retry", "false");
        } else if (denial.retryAfterSeconds() > 0) {
            context.response()
                    .putHeader(
                            HttpHeaders.RETRY_AFTER, Integer.toString(denial.retryAfterSeconds()));
        }
        ObjectNode body = ApiJson.object();
        body.put("type", "urn:bursar:problem:" + denial.refusal().code());
        body.put("title", HttpResponseStatus.valueOf(status).reasonPhrase());
        body.put("status", status);
        body.put("detail", denial.message());
        if (!denial.budgets().isEmpty()) {
            body.set("budget", budget(denial.budgets().getFirst()));
        }
        if (denial.budgets().size() > 1) {
            ArrayNode all = body.putArray("budgets");
            denial.budgets().forEach(blocking -> all.add(budget(blocking)));
        }
        Answers.problem(context, status, body);
    }

    private static ObjectNode budget(BlockingBudget blocking) {
        Block block = blocking.block();
        Unit unit = block.unit();
        ObjectNode node = ApiJson.object();
        node.put("name", block.name());
        node.put("scope", blocking.scope());
        node.put("unit", Quantity.unit(unit));
        CallJson.put(node, "limit", unit, block.limit());
        CallJson.put(node, "spent", unit, block.spent());
        CallJson.put(node, "held", unit, block.held());
        CallJson.put(node, "asked", unit, block.asked());
        CallJson.put(node, "affordable", unit, block.affordable());
        node.put("resets_at", block.resetsAt() == null ? null : block.resetsAt().toString());
        if (block.approval() != null) {
            node.put("approval_id", block.approval());
        }
        ArrayNode suggestions = node.putArray("suggestions");
        blocking.suggestions().forEach(suggestions::add);
        return node;
    }
}
