package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.AuditLine;
import dev.bursar.server.dashboard.view.AuditView;
import dev.bursar.server.dashboard.view.TenantChoice;
import dev.bursar.server.dashboard.view.TenantChoice.Choice;
import dev.bursar.server.directory.Action;
import dev.bursar.usage.AuditQuery;
import dev.bursar.usage.AuditRow;
import dev.bursar.usage.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who did what, the newest first, a page at a time.
final class AuditPage {

    private static final int ACTS = 50;

    private final Usage usage;
    private final Frame frame;

    AuditPage(Usage usage, Frame frame) {
        this.usage = usage;
        this.frame = frame;
    }

    AuditView view(Request request) {
        Clock clock = request.clock();
        Long before = before(request);
        List<AuditRow> found = usage.audit(query(request, clock, before));
        boolean more = found.size() > ACTS;
        List<AuditLine> acts = AuditLines.of(found.subList(0, Math.min(ACTS, found.size())), clock);
        Address here = here(request);
        return new AuditView(
                frame.shell(request, "Audit", Address.AUDIT, request.tenant()),
                frame.tenants(request, Address.AUDIT, List.<TenantChoice.Kept>of()),
                ranges(request),
                kinds(request),
                request.get("actor"),
                request.get("target"),
                clock.zoneName(),
                acts,
                Counts.of(acts.size(), "act", "acts")
                        + (more || before != null ? " on this page" : ""),
                more ? here.with("before", Long.toString(acts.getLast().position())).text() : "",
                before == null ? "" : here.text(),
                !here.equals(Address.AUDIT));
    }

    /// One more than a page shows tells whether there is another.
    private static AuditQuery query(Request request, Clock clock, @Nullable Long before) {
        String range = request.get("range");
        Instant from = range.isEmpty() ? null : request.range().from(clock);
        return new AuditQuery(
                given(request.tenant()),
                given(request.get("actor")),
                given(request.get("action")),
                given(request.get("target")),
                null,
                from,
                null,
                before,
                ACTS + 1);
    }

    private static @Nullable String given(String value) {
        return value.isEmpty() ? null : value;
    }

    /// A position that is none starts at the newest.
    private static @Nullable Long before(Request request) {
        try {
            return request.get("before").isEmpty() ? null : Long.valueOf(request.get("before"));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static Address here(Request request) {
        Address here = Address.AUDIT.with("tenant", request.tenant());
        for (String name : List.of("range", "action", "actor", "target")) {
            here = here.with(name, request.get(name));
        }
        return here;
    }

    private static List<Choice> ranges(Request request) {
        String chosen = request.get("range");
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice("", "Any time", chosen.isEmpty()));
        for (Range range : Range.values()) {
            choices.add(new Choice(range.wire(), range.words(), range.wire().equals(chosen)));
        }
        return choices;
    }

    /// One action that was asked for by its whole name is there to choose, too.
    private static List<Choice> kinds(Request request) {
        String chosen = request.get("action");
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice("", "Any act", chosen.isEmpty()));
        for (Action.Kind kind : Action.Kind.values()) {
            String word = kind.written();
            choices.add(new Choice(word, "About " + kind.plural(), word.equals(chosen)));
        }
        if (choices.stream().noneMatch(Choice::selected)) {
            choices.add(new Choice(chosen, chosen, true));
        }
        return choices;
    }
}
