package dev.bursar.server.dashboard;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Window;
import dev.bursar.server.dashboard.view.Bar;
import dev.bursar.server.dashboard.view.BudgetLine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Budgets and balances in words and bars.
final class Budgets {

    private static final int WARN_PERCENT = 80;
    private static final int FULL_PERCENT = 100;

    private Budgets() {}

    /// @param balance the balance to show, current at `now`
    static BudgetLine line(Balance balance, Instant now) {
        Budget budget = balance.budget();
        long used = Math.addExact(balance.spent(), balance.held());
        long left = Math.max(0, Math.subtractExact(budget.limit(), used));
        long percent = percent(balance);
        return new BudgetLine(
                budget.name(),
                Address.budget(budget.tenant().value(), budget.name()).text(),
                budget.tenant().value(),
                scope(budget),
                account(budget.per(), balance.account().per()),
                runOf(balance),
                Chips.of(budget.mode()),
                bar(budget.unit().name(), balance.spent(), balance.held(), budget.limit()),
                Counts.brief(budget.unit(), balance.spent()),
                Counts.brief(budget.unit(), balance.held()),
                balance.held() > 0,
                Counts.brief(budget.unit(), budget.limit()),
                Counts.brief(budget.unit(), left),
                percent + " %",
                resets(budget.window(), balance.resetsAt(), now));
    }

    /// A budget that nothing was spent of: its balances appear on first use.
    static Balance untouched(Budget budget, Instant now) {
        return Balance.of(budget, new AccountKey(budget.id(), List.of(), 0), 0, now);
    }

    /// How much of the limit is spent or held, in percent.
    static long percent(Balance balance) {
        return Counts.percent(Math.addExact(balance.spent(), balance.held()), balance.limit());
    }

    static Bar bar(String unit, long spent, long held, long limit) {
        long used = Math.addExact(spent, held);
        long percent = Counts.percent(used, limit);
        String tone = percent >= FULL_PERCENT ? "full" : percent >= WARN_PERCENT ? "warn" : "";
        long drawnHeld = Math.max(0, Math.min(held, limit - Math.min(spent, limit)));
        return new Bar(
                Counts.share(spent, limit),
                Counts.share(drawnHeld, limit),
                tone,
                "%s spent and %s held of %s, %d percent"
                        .formatted(
                                Counts.of(unit, spent),
                                Counts.of(unit, held),
                                Counts.of(unit, limit),
                                percent));
    }

    /// Who it is for and when it starts again: `per run · workflow support · each day`.
    static String scope(Budget budget) {
        List<String> parts = new ArrayList<>();
        parts.add(
                budget.per().isEmpty()
                        ? "whole tenant"
                        : "per " + String.join(" and ", budget.per()));
        budget.match().forEach((name, value) -> parts.add(name + " " + value));
        parts.add(window(budget.window()));
        return String.join(" · ", parts);
    }

    static String window(Window window) {
        return switch (window) {
            case Window.Life() -> "for life";
            case Window.PerCall() -> "each call";
            case Window.Calendar(Window.Calendar.Period period, _) ->
                    "each " + period.name().toLowerCase(Locale.ROOT);
            case Window.Rolling(Duration length) -> "any " + whole(length);
        };
    }

    /// In the largest unit that it is whole in: `1 min`, `90 s`, `30 d`.
    private static String whole(Duration length) {
        long seconds = length.toSeconds();
        if (seconds % Duration.ofDays(1).toSeconds() == 0) {
            return length.toDays() + " d";
        }
        if (seconds % Duration.ofHours(1).toSeconds() == 0) {
            return length.toHours() + " h";
        }
        return seconds % 60 == 0 ? length.toMinutes() + " min" : seconds + " s";
    }

    /// Which balance it is: `run support-17`, or empty where the budget has only one.
    static String account(List<String> per, List<String> values) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < Math.min(per.size(), values.size()); i++) {
            String value = values.get(i);
            parts.add(per.get(i) + " " + (value.isEmpty() ? "(none)" : value));
        }
        return String.join(" · ", parts);
    }

    private static String runOf(Balance balance) {
        Budget budget = balance.budget();
        int at = budget.per().indexOf(Subject.RUN);
        List<String> values = balance.account().per();
        return at < 0 || at >= values.size() || values.get(at).isEmpty()
                ? ""
                : Address.run(budget.tenant().value(), values.get(at)).text();
    }

    private static String resets(Window window, @Nullable Instant at, Instant now) {
        if (at != null) {
            return Moments.relative(at, now);
        }
        return switch (window) {
            case Window.Rolling _ -> "as time passes";
            case Window.PerCall _ -> "with each call";
            case Window.Life _, Window.Calendar _ -> "";
        };
    }
}
