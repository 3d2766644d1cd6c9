package dev.bursar.server.dashboard;

import dev.bursar.ledger.Unit;
import dev.bursar.server.dashboard.view.AuditLine;
import dev.bursar.server.dashboard.view.Figure;
import dev.bursar.server.directory.Action;
import dev.bursar.usage.AuditRow;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Acts as rows of tables.
final class AuditLines {

    private AuditLines() {}

    static List<AuditLine> of(List<AuditRow> acts, Clock clock) {
        return acts.stream().map(act -> line(act, clock)).toList();
    }

    private static AuditLine line(AuditRow act, Clock clock) {
        String reason = act.reason();
        return new AuditLine(
                act.position(),
                clock.moment(act.at()),
                act.actor().isEmpty() ? "–" : act.actor(),
                act.role(),
                act.action(),
                act.tenant() == null ? "" : act.tenant(),
                act.target(),
                href(act),
                details(act, clock),
                amount(act),
                reason == null ? "" : reason);
    }

    private static String href(AuditRow act) {
        String tenant = act.tenant();
        boolean budget = act.action().startsWith("budget.") || act.action().startsWith("approval.");
        return budget && tenant != null && act.target().startsWith(tenant + "/")
                ? Address.budget(tenant, act.target().substring(tenant.length() + 1)).text()
                : "";
    }

    /// A definition tells the limit from then on, another act what it added or took.
    private static Figure amount(AuditRow act) {
        String unit = act.unit();
        if (unit == null) {
            return Figure.of("");
        }
        Figure amount = Counts.brief(new Unit(unit), act.amount());
        return defines(act)
                ? new Figure("limit " + amount.text(), "limit " + amount.exact())
                : amount;
    }

    private static boolean defines(AuditRow act) {
        return act.action().equals(Action.BUDGET_DEFINE.written())
                || act.action().equals(Action.BUDGET_CHANGE.written());
    }

    private static String details(AuditRow act, Clock clock) {
        List<String> parts = new ArrayList<>();
        String inPlaceOf = act.onBehalfOf();
        if (inPlaceOf != null) {
            parts.add("on behalf of " + inPlaceOf);
        }
        act.details()
                .forEach((name, value) -> {
                    switch (name) {
                        case "approval" -> {}
                        case "until" -> parts.add("until " + time(value, clock));
                        case "per" -> parts.add((defines(act) ? "per " : "of ") + value);
                        case "budgets" -> parts.add(value.replace(",", ", "));
                        case "permissions" -> parts.add(name + " " + value.replace(",", ", "));
                        default -> parts.add(name.replace('_', ' ') + " " + value);
                    }
                });
        return String.join(" · ", parts);
    }

    private static String time(String written, Clock clock) {
        try {
            return clock.full(Instant.parse(written));
        } catch (DateTimeException e) {
            return written;
        }
    }
}
