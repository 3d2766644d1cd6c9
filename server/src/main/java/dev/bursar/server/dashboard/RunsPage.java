package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.RunsView;
import dev.bursar.server.dashboard.view.TenantChoice;
import dev.bursar.server.dashboard.view.TenantChoice.Choice;
import dev.bursar.usage.Dimension;
import dev.bursar.usage.RunStatus;
import dev.bursar.usage.RunsQuery;
import dev.bursar.usage.TotalsQuery;
import dev.bursar.usage.TotalsRow;
import dev.bursar.usage.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Runs, filtered and in order, a page at a time.
final class RunsPage {

    private static final int WORKFLOWS = 50;

    private final Usage usage;
    private final Frame frame;

    RunsPage(Usage usage, Frame frame) {
        this.usage = usage;
        this.frame = frame;
    }

    RunsView view(Request request) {
        var page = usage.runs(query(request));
        Address here = here(request);
        String next = page.next();
        boolean later = !request.get("cursor").isEmpty();
        return new RunsView(
                frame.shell(request, "Runs", Address.RUNS, request.tenant()),
                frame.tenants(request, Address.RUNS, List.<TenantChoice.Kept>of()),
                ranges(request),
                statuses(request),
                orders(request),
                request.get("workflow"),
                workflows(request),
                Lines.runs(page.rows(), request.clock()),
                summary(page.rows().size(), next != null || later)
                        + (later ? "" : withoutRun(request)),
                next == null ? "" : here.with("cursor", next).text(),
                later ? here.text() : "",
                later || filtered(request),
                request.origin());
    }

    private static RunsQuery query(Request request) {
        RunsQuery query =
                RunsQuery.over(
                        request.range().from(request.clock()),
                        request.now().plusSeconds(1),
                        order(request));
        if (!request.tenant().isEmpty()) {
            query = query.of(request.tenant());
        }
        if (!request.get("workflow").isEmpty()) {
            query = query.where(Dimension.WORKFLOW, request.get("workflow"));
        }
        RunStatus status = status(request);
        if (status != null) {
            query = query.where(status);
        }
        return request.get("cursor").isEmpty() ? query : query.after(request.get("cursor"));
    }

    private static Address here(Request request) {
        Address here = Address.RUNS;
        for (String name : List.of("tenant", "range", "status", "workflow", "sort")) {
            here = here.with(name, request.get(name));
        }
        return here;
    }

    private static boolean filtered(Request request) {
        return !request.tenant().isEmpty()
                || !request.get("workflow").isEmpty()
                || status(request) != null;
    }

    private static String summary(int rows, boolean paged) {
        return paged
                ? "%s on this page".formatted(Counts.of(rows, "run", "runs"))
                : Counts.of(rows, "run", "runs");
    }

    /// Denied calls that belong to no run are in no row.
    private String withoutRun(Request request) {
        if (status(request) != null) {
            return "";
        }
        TotalsQuery query =
                TotalsQuery.over(
                                request.range().from(request.clock()), request.now().plusSeconds(1))
                        .where(Dimension.RUN, "");
        if (!request.tenant().isEmpty()) {
            query = query.where(Dimension.TENANT, request.tenant());
        }
        if (!request.get("workflow").isEmpty()) {
            query = query.where(Dimension.WORKFLOW, request.get("workflow"));
        }
        long denied = usage.totals(query).stream().mapToLong(TotalsRow::denials).sum();
        return denied == 0
                ? ""
                : ", and " + Counts.of(denied, "denied call", "denied calls") + " without a run";
    }

    private static List<Choice> ranges(Request request) {
        List<Choice> choices = new ArrayList<>();
        for (Range range : Range.values()) {
            choices.add(new Choice(range.wire(), range.words(), range == request.range()));
        }
        return choices;
    }

    private static List<Choice> statuses(Request request) {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice("", "Any status", status(request) == null));
        for (RunStatus status : RunStatus.values()) {
            String wire = status.name().toLowerCase(Locale.ROOT);
            choices.add(new Choice(wire, capital(wire), status == status(request)));
        }
        return choices;
    }

    private static @Nullable RunStatus status(Request request) {
        for (RunStatus status : RunStatus.values()) {
            if (status.name().equalsIgnoreCase(request.get("status"))) {
                return status;
            }
        }
        return null;
    }

    private static List<Choice> orders(Request request) {
        List<Choice> choices = new ArrayList<>();
        for (RunsQuery.Order order : RunsQuery.Order.values()) {
            String words =
                    switch (order) {
                        case COST -> "Most expensive";
                        case LATEST -> "Latest active";
                        case CALLS -> "Most calls";
                    };
            String wire = order.name().toLowerCase(Locale.ROOT);
            choices.add(new Choice(wire, words, order == order(request)));
        }
        return choices;
    }

    private static RunsQuery.Order order(Request request) {
        for (RunsQuery.Order order : RunsQuery.Order.values()) {
            if (order.name().equalsIgnoreCase(request.get("sort"))) {
                return order;
            }
        }
        return RunsQuery.Order.COST;
    }

    /// Workflows seen in the range, to choose from.
    private List<String> workflows(Request request) {
        TotalsQuery query =
                TotalsQuery.over(
                                request.range().from(request.clock()), request.now().plusSeconds(1))
                        .by(Dimension.WORKFLOW)
                        .atMost(WORKFLOWS);
        if (!request.tenant().isEmpty()) {
            query = query.where(Dimension.TENANT, request.tenant());
        }
        List<String> names =
                new ArrayList<>(
                        usage.totals(query).stream()
                                .map(TotalsRow::key)
                                .filter(Objects::nonNull)
                                .filter(name -> !name.isEmpty())
                                .sorted()
                                .toList());
        if (!request.get("workflow").isEmpty() && !names.contains(request.get("workflow"))) {
            names.addFirst(request.get("workflow"));
        }
        return names;
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
