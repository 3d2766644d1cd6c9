package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.FormView;
import dev.bursar.server.dashboard.view.Link;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What a page was asked for.
///
/// @param reader who asks
/// @param origin scheme and host as the reader sees them, for examples to copy
record Request(
        UnaryOperator<String> parameters, Reader reader, String origin, Instant now, Zones zones) {

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
                Reader.of(context),
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
        String bound = bound();
        return bound == null ? get("tenant") : bound;
    }

    /// The only tenant that the reader may see, null for all.
    @Nullable String bound() {
        return reader.tenant();
    }

    /// Whether the reader may see what belongs to a tenant.
    boolean maySee(String tenant) {
        return bound() == null || tenant.equals(bound());
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

    /// For a form that comes back to a page; null for a reader who may only look.
    @Nullable FormView form(Address back) {
        return reader.mayAct()
                ? new FormView(reader.formToken(), back.text(), UUID.randomUUID().toString())
                : null;
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
