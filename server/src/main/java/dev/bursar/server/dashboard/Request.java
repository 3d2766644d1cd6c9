package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.Link;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// What a page was asked for.
///
/// @param origin scheme and host as the reader sees them, for examples to copy
record Request(UnaryOperator<String> parameters, String origin, Instant now, Zones zones) {

    /// Longer values are cut: no dimension and no name is longer.
    private static final int MAX_VALUE_LENGTH = 256;

    static Request of(RoutingContext context, Instant now, Zones zones) {
        var authority = context.request().authority();
        String origin =
                context.request().scheme() + "://" + (authority == null ? "localhost" : authority);
        return new Request(
                name -> {
                    String value = context.queryParams().get(name);
                    return value == null ? "" : value;
                },
                origin,
                now,
                zones);
    }

    /// The value of a parameter, `""` where there is none.
    String get(String name) {
        String value = parameters.apply(name).strip();
        return value.substring(0, Math.min(value.length(), MAX_VALUE_LENGTH));
    }

    String tenant() {
        return get("tenant");
    }

    Clock clock() {
        return clock(tenant());
    }

    /// For a page about something of one tenant, whatever the address says.
    Clock clock(String tenant) {
        return new Clock(now, zones.of(tenant));
    }

    Range range() {
        return Range.of(get("range"));
    }

    /// Links to the same page over each range.
    List<Link> ranges(Address page) {
        List<Link> links = new ArrayList<>();
        for (Range range : Range.values()) {
            links.add(
                    new Link(
                            range.wire(),
                            page.with("range", range.wire()).text(),
                            range == range()));
        }
        return links;
    }
}
