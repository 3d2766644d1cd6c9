package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.Link;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What a page was asked for.
///
/// @param bound the only tenant that the reader may see, null for all
/// @param origin scheme and host as the reader sees them, for examples to copy
record Request(
        UnaryOperator<String> parameters,
        @Nullable String bound,
        String origin,
        Instant now,
        Zones zones) {

    /// Where the check of who asks leaves the tenant that the reader is bound to.
    static final String BOUND = "bursar.tenant";

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
                context.get(BOUND),
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
        return bound == null ? get("tenant") : bound;
    }

    /// Whether the reader may see what belongs to a tenant.
    boolean maySee(String tenant) {
        return bound == null || bound.equals(tenant);
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
