package dev.bursar.server.http;

import dev.bursar.gateway.Identity;
import dev.bursar.gateway.Quantity;
import dev.bursar.gateway.RefusedException;
import dev.bursar.gateway.ToolCalls;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.pricing.ToolPrice;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/api/tools`: what agents spend on tools. They ask with their own keys before they run one, and say afterwards
/// what it took.
final class ToolsApi {

    private static final List<String> OF_CHARGE =
            List.of("id", "units", "cost", "call", "tool_call_id");

    private static final List<String> OF_RESERVE =
            List.of("id", "units", "cost", "call", "tool_call_id", "ttl");

    private static final List<String> OF_COMMIT = List.of("units", "cost");

    private final ToolCalls tools;

    ToolsApi(ToolCalls tools) {
        this.tools = tools;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.LIST_TOOLS, this::prices);
        api.onJson(ApiRoute.RESERVE_TOOL, explained(this::reserve));
        api.onJson(ApiRoute.CHARGE_TOOL, explained(this::charge));
        api.onJson(ApiRoute.COMMIT_TOOL_CALL, explained(this::commit));
        api.on(ApiRoute.RELEASE_TOOL_CALL, explained(this::release));
    }

    private Handler<RoutingContext> explained(Handler<RoutingContext> handler) {
        return context -> {
            try {
                handler.handle(context);
            } catch (RefusedException refused) {
                DenialAnswer.send(context, tools.status(refused.denial()), refused.denial());
            }
        };
    }

    private void prices(RoutingContext context) {
        Parameters.of(context, List.of());
        ObjectNode body = ApiJson.object();
        ArrayNode items = body.putArray("items");
        for (ToolPrice price : tools.prices().all()) {
            ObjectNode item = items.addObject();
            ToolPrice.Meter meter = price.meter();
            item.put("tool", price.name());
            if (meter == null) {
                item.put("price", usd(price.eachMicrocents()));
            } else {
                item.put("price", usd(meter.microcents()));
                item.put("per", meter.unit());
                item.put("at_most", meter.atMost());
                item.put("each", usd(price.eachMicrocents()));
            }
        }
        Answers.json(context, 200, body);
    }

    private void reserve(RoutingContext context) {
        Identity.Caller caller = caller(context);
        ToolCalls.Asked asked = asked(context, OF_RESERVE);
        Outcome.Granted granted =
                LedgerAnswers.require(
                        Outcome.Granted.class,
                        tools.reserve(caller, context.request().headers(), asked),
                        asked.tool());
        ObjectNode body = answer(granted.hold().value(), "reserved");
        body.put("tool", asked.tool());
        body.put("held", usd(granted.held().get(Unit.USD_MICROCENTS)));
        body.put("expires_at", granted.expiresAt().toString());
        body.put("decision", granted.wouldRefuse().isEmpty() ? "allow" : "would-deny");
        Outcome.Remaining tightest = granted.tightest();
        if (tightest != null) {
            ObjectNode remaining = body.putObject("remaining");
            remaining.put("budget", tightest.budget());
            remaining.put("unit", Quantity.unit(tightest.unit()));
            CallJson.put(remaining, "limit", tightest.unit(), tightest.limit());
            CallJson.put(remaining, "left", tightest.unit(), tightest.left());
        }
        Answers.json(context, 200, body);
    }

    private void charge(RoutingContext context) {
        Identity.Caller caller = caller(context);
        ToolCalls.Asked asked = asked(context, OF_CHARGE);
        Outcome.Committed committed =
                LedgerAnswers.require(
                        Outcome.Committed.class,
                        tools.charge(caller, context.request().headers(), asked),
                        asked.tool());
        ObjectNode body = answer(committed.hold().value(), "charged");
        body.put("tool", asked.tool());
        body.put("cost", usd(committed.actual().get(Unit.USD_MICROCENTS)));
        Answers.json(context, 200, body);
    }

    private void commit(RoutingContext context) {
        Identity.Caller caller = caller(context);
        Body body = Body.optional(context, OF_COMMIT);
        String id = Parameters.path(context, "id");
        Outcome.Committed committed =
                LedgerAnswers.require(
                        Outcome.Committed.class,
                        tools.commit(
                                caller, id, new ToolCalls.Used(whole(body, "units"), cost(body))),
                        id);
        ObjectNode answer = answer(id, "committed");
        answer.put("held", usd(committed.held().get(Unit.USD_MICROCENTS)));
        answer.put("cost", usd(committed.actual().get(Unit.USD_MICROCENTS)));
        answer.put("overrun", usd(committed.overrun().get(Unit.USD_MICROCENTS)));
        Answers.json(context, 200, answer);
    }

    private void release(RoutingContext context) {
        Identity.Caller caller = caller(context);
        Body.optional(context, List.of());
        String id = Parameters.path(context, "id");
        Outcome.Released released =
                LedgerAnswers.require(Outcome.Released.class, tools.release(caller, id), id);
        ObjectNode answer = answer(id, "released");
        answer.put("released", usd(released.held().get(Unit.USD_MICROCENTS)));
        Answers.json(context, 200, answer);
    }

    /// Who spends: an agent by its key, or a person in the place of the tenant's agents.
    private static Identity.Caller caller(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant"));
        Identity.Caller agent = Access.agent(context);
        if (agent != null) {
            return agent;
        }
        String tenant =
                parameters
                        .text("tenant")
                        .orElseThrow(() -> ApiException.badRequest("tenant: is missing"));
        TenantId id = Body.tenantId("tenant", tenant);
        return new Identity.Caller(id, "token:" + Access.actor(context).name(), new TreeMap<>());
    }

    private static ToolCalls.Asked asked(RoutingContext context, List<String> known) {
        Body body = Body.optional(context, known);
        Long ttl = whole(body, "ttl");
        return new ToolCalls.Asked(
                Parameters.path(context, "tool"),
                once(context, body),
                whole(body, "units"),
                cost(body),
                body.text("call").orElse(null),
                toolCallId(body),
                ttl == null ? ToolCalls.DEFAULT_TTL : Duration.ofSeconds(ttl));
    }

    /// The ids of some providers are longer than other texts may be.
    private static @Nullable String toolCallId(Body body) {
        JsonNode id = body.node("tool_call_id");
        return id.isString() ? id.asString() : body.text("tool_call_id").orElse(null);
    }

    /// With which the agent may ask again: in the body or, like elsewhere, in a header.
    private static @Nullable String once(RoutingContext context, Body body) {
        Optional<String> id = body.text("id");
        List<String> sent = context.request().headers().getAll(Idempotency.HEADER);
        if (sent.isEmpty()) {
            return id.orElse(null);
        }
        if (sent.size() > 1 || (id.isPresent() && !id.get().equals(sent.getFirst()))) {
            throw ApiException.badRequest(
                    Idempotency.HEADER + ": must be one, and the same as id when both are there");
        }
        return sent.getFirst();
    }

    private static @Nullable Long whole(Body body, String name) {
        if (!body.has(name)) {
            return null;
        }
        JsonNode node = body.node(name);
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw ApiException.badRequest(name + ": must be a whole number");
        }
        return node.longValue();
    }

    private static @Nullable Long cost(Body body) {
        return body.text("cost").map(written -> Usd.microcents("cost", written)).orElse(null);
    }

    private static ObjectNode answer(String id, String status) {
        return ApiJson.object().put("id", id).put("status", status);
    }

    private static String usd(long microcents) {
        return Quantity.usd(microcents);
    }
}
