package dev.bursar.server.http;

import dev.bursar.ledger.Subject;
import dev.bursar.usage.Dimension;
import dev.bursar.usage.RunStatus;
import dev.bursar.usage.RunsPage;
import dev.bursar.usage.RunsQuery;
import dev.bursar.usage.TimeBucket;
import dev.bursar.usage.TotalsQuery;
import dev.bursar.usage.Usage;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// What was spent: `/api/spend`, `/api/runs`, `/api/calls` and `/api/live`.
final class UsageApi {

    private static final Duration DEFAULT_RANGE = Duration.ofDays(1);

    private static final List<String> RANGE = List.of("tenant", "from", "to", "limit");

    private final Usage usage;
    private final InstantSource clock;

    UsageApi(Usage usage, InstantSource clock) {
        this.usage = usage;
        this.clock = clock;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.SPEND, this::spend);
        api.on(ApiRoute.LIST_RUNS, this::runs);
        api.on(ApiRoute.RUN, this::run);
        api.on(ApiRoute.CALL, this::call);
        api.on(ApiRoute.LIVE, this::live);
    }

    private void spend(RoutingContext context) {
        Parameters parameters = parameters(context, "bucket", "zone", "by");
        try {
            TotalsQuery query =
                    new TotalsQuery(
                            from(parameters),
                            to(parameters),
                            parameters.choice("bucket", TimeBucket.values()).orElse(TimeBucket.ALL),
                            parameters.zone("zone"),
                            parameters.text("by").map(Dimension::new).orElse(null),
                            filters(parameters),
                            parameters.whole(
                                    "limit", TotalsQuery.DEFAULT_LIMIT, 1, TotalsQuery.MAX_LIMIT));
            Answers.json(context, 200, ApiJson.items(usage.totals(query)));
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private void runs(RoutingContext context) {
        Parameters parameters = parameters(context, "order", "status", "cursor");
        try {
            RunsQuery query =
                    new RunsQuery(
                            parameters.text("tenant").orElse(null),
                            from(parameters),
                            to(parameters),
                            parameters
                                    .choice("order", RunsQuery.Order.values())
                                    .orElse(RunsQuery.Order.LATEST),
                            filters(parameters),
                            parameters.choice("status", RunStatus.values()).orElse(null),
                            parameters.whole(
                                    "limit", RunsQuery.DEFAULT_LIMIT, 1, RunsQuery.MAX_LIMIT),
                            parameters.text("cursor").orElse(null));
            RunsPage page = usage.runs(query);
            ObjectNode body = ApiJson.items(page.rows());
            body.put("next", page.next());
            Answers.json(context, 200, body);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private void run(RoutingContext context) {
        String tenant = Parameters.path(context, "tenant");
        String run = Parameters.path(context, "run");
        var found =
                usage.run(tenant, run)
                        .orElseThrow(() ->
                                ApiException.notFound("tenant " + tenant + ": no run " + run));
        Answers.json(context, 200, ApiJson.of(found));
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

    /// The parameters of a query over a range, which may filter by every dimension.
    private static Parameters parameters(RoutingContext context, String... more) {
        List<String> known = new ArrayList<>(RANGE);
        known.addAll(List.of(more));
        filterable().forEach(known::add);
        return Parameters.of(context, known);
    }

    /// The dimensions that calls can be filtered by, each a parameter of its own.
    static List<String> filterable() {
        List<String> names = new ArrayList<>(Subject.DIMENSIONS);
        names.addAll(Dimension.OF_CALLS);
        // A run has a status of its own; the one of calls is not worth a second name.
        names.removeAll(List.of("tenant", "status", "token_class"));
        return names;
    }

    private static Map<Dimension, String> filters(Parameters parameters) {
        Map<Dimension, String> filters = new HashMap<>();
        for (String name : filterable()) {
            parameters.text(name).ifPresent(value -> filters.put(new Dimension(name), value));
        }
        return filters;
    }

    private Instant from(Parameters parameters) {
        return parameters.time("from", to(parameters).minus(DEFAULT_RANGE));
    }

    private Instant to(Parameters parameters) {
        return parameters.time("to", clock.instant());
    }
}
