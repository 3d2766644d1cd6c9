package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.TenantId;
import dev.bursar.usage.RunsPage;
import dev.bursar.usage.Usage;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// What was spent: `/api/spend`, `/api/runs`, `/api/calls` and `/api/live`.
final class UsageApi {

    private final Usage usage;
    private final Authority authority;
    private final UsageQueries queries;

    UsageApi(Usage usage, Authority authority, InstantSource clock) {
        this.usage = usage;
        this.authority = authority;
        this.queries = new UsageQueries(clock);
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.SPEND, this::spend);
        api.on(ApiRoute.LIST_RUNS, this::runs);
        api.on(ApiRoute.RUN, this::run);
        api.on(ApiRoute.CALL, this::call);
        api.on(ApiRoute.LIVE, this::live);
    }

    private void spend(RoutingContext context) {
        Answers.json(context, 200, ApiJson.items(usage.totals(queries.totals(context))));
    }

    private void runs(RoutingContext context) {
        RunsPage page = usage.runs(queries.runs(context));
        ObjectNode body = ApiJson.items(page.rows());
        body.put("next", page.next());
        Answers.json(context, 200, body);
    }

    private void run(RoutingContext context) {
        String tenant = Parameters.path(context, "tenant");
        String run = Parameters.path(context, "run");
        var found =
                usage.run(tenant, run)
                        .orElseThrow(() ->
                                ApiException.notFound("tenant " + tenant + ": no run " + run));
        ObjectNode body = ApiJson.object();
        ApiJson.of(found).properties().forEach(part -> body.set(part.getKey(), part.getValue()));
        body.set(
                "stopped",
                authority.stopped(new TenantId(tenant), run).map(RunsApi::json).orElse(null));
        Answers.json(context, 200, body);
    }

    private void call(RoutingContext context) {
        String id = Parameters.path(context, "id");
        var found =
                usage.call(id)
                        .filter(call -> Access.actor(context).mayTouch(call.call().tenant()))
                        .orElseThrow(() -> ApiException.notFound("no call " + id));
        Answers.json(context, 200, CallJson.of(found));
    }

    private void live(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant"));
        String tenant = parameters.text("tenant").orElse(null);
        Answers.json(context, 200, ApiJson.of(usage.live(tenant)));
    }
}
