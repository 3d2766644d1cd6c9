package dev.bursar.server.http;

import dev.bursar.ledger.Subject;
import dev.bursar.usage.CallsQuery;
import dev.bursar.usage.Dimension;
import dev.bursar.usage.RunStatus;
import dev.bursar.usage.RunsQuery;
import dev.bursar.usage.TimeBucket;
import dev.bursar.usage.TotalsQuery;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Reads from the parameters of a request what it asks of the read model.
final class UsageQueries {

    private static final Duration DEFAULT_RANGE = Duration.ofDays(1);

    private static final List<String> RANGE = List.of(Subject.TENANT, "from", "to");

    private final InstantSource clock;

    UsageQueries(InstantSource clock) {
        this.clock = clock;
    }

    TotalsQuery totals(RoutingContext context) {
        Parameters parameters = parameters(context, "limit", "bucket", "zone", "by");
        return sound(() ->
                new TotalsQuery(
                        from(parameters),
                        to(parameters),
                        parameters.choice("bucket", TimeBucket.values()).orElse(TimeBucket.ALL),
                        parameters.zone("zone"),
                        parameters.text("by").map(Dimension::new).orElse(null),
                        filters(parameters),
                        parameters.whole(
                                "limit", TotalsQuery.DEFAULT_LIMIT, 1, TotalsQuery.MAX_LIMIT)));
    }

    RunsQuery runs(RoutingContext context) {
        Parameters parameters = parameters(context, "limit", "order", "status", "cursor");
        return sound(() ->
                new RunsQuery(
                        parameters.text(Subject.TENANT).orElse(null),
                        from(parameters),
                        to(parameters),
                        parameters
                                .choice("order", RunsQuery.Order.values())
                                .orElse(RunsQuery.Order.LATEST),
                        filters(parameters),
                        parameters.choice("status", RunStatus.values()).orElse(null),
                        parameters.whole("limit", RunsQuery.DEFAULT_LIMIT, 1, RunsQuery.MAX_LIMIT),
                        parameters.text("cursor").orElse(null)));
    }

    /// As many at a time as may be.
    CallsQuery calls(RoutingContext context) {
        Parameters parameters = parameters(context);
        return sound(() ->
                new CallsQuery(
                        from(parameters),
                        to(parameters),
                        filters(parameters),
                        null,
                        CallsQuery.MAX_LIMIT));
    }

    private static <T> T sound(Supplier<T> query) {
        try {
            return query.get();
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    /// The parameters of a query over a range, which may filter by every dimension.
    private static Parameters parameters(RoutingContext context, String... more) {
        List<String> known = new ArrayList<>(RANGE);
        known.addAll(List.of(more));
        known.addAll(filterable());
        return Parameters.of(context, known);
    }

    /// The dimensions that calls can be filtered by besides the tenant, each a parameter of its own.
    static List<String> filterable() {
        List<String> names = new ArrayList<>(Subject.DIMENSIONS);
        names.addAll(Dimension.OF_CALLS);
        // A run has a status of its own; the one of calls is not worth a second name.
        names.removeAll(List.of(Subject.TENANT, "status", "token_class"));
        return names;
    }

    private static Map<Dimension, String> filters(Parameters parameters) {
        List<String> names = new ArrayList<>(filterable());
        names.add(Subject.TENANT);
        Map<Dimension, String> filters = new HashMap<>();
        for (String name : names) {
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
