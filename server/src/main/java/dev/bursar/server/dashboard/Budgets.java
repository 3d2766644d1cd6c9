package dev.bursar.server.dashboard;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Funding;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.server.dashboard.view.Bar;
import dev.bursar.server.dashboard.view.BudgetLine;
import dev.bursar.server.dashboard.view.Chip;
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
    static BudgetLine line(Balance balance, Clock clock) {
        Budget budget = balance.budget();
        Unit unit = budget.unit();
        return new BudgetLine(
                budget.name(),
                Address.budget(budget.tenant().value(), budget.name()).text(),
                budget.tenant().value(),
                scope(budget),
                account(budget.per(), balance.account().per()),
                runOf(balance),
                Chips.of(budget.mode()),
                states(balance),
                funding(balance, clock),
                bar(balance),
                Counts.brief(unit, balance.spent()),
                Counts.brief(unit, balance.held()),
                balance.held() > 0,
                Counts.brief(unit, balance.limit()),
                Counts.brief(unit, left(balance)),
                percent(balance) + " %",
                resets(budget.window(), balance.resetsAt(), clock.now()));
    }

    /// The fullest balance of a budget; an untouched one where nothing was spent of it yet: its balances
    /// appear on first use.
    static Balance fullest(Authority authority, Budget budget, Instant now) {
        List<Balance> balances = authority.balances(budget.id(), 1);
        return balances.isEmpty()
                ? new Balance(
                        budget,
                        authority.status(budget.id()).orElse(Budget.Status.ACTIVE),
                        new AccountKey(budget.id(), List.of(), 0),
                        budget.limit(),
                        0,
                        0,
                        0,
                        Funding.NONE,
                        budget.window().resetsAt(now))
                : balances.getFirst();
    }

    /// What may still be spent.
    static long left(Balance balance) {
        long used = Math.addExact(balance.spent(), balance.held());
        return Math.max(0, balance.limit() - used - balance.funding().debt());
    }

    /// Frozen or closed, over the limit, in debt.
    private static List<Chip> states(Balance balance) {
        List<Chip> states = new ArrayList<>();
        Chips.of(balance.status()).ifPresent(states::add);
        if (balance.funding().overLimit()) {
            states.add(Chips.OVER_LIMIT);
        }
        if (balance.funding().debt() > 0) {
            states.add(Chips.IN_DEBT);
        }
        return states;
    }

    private static String funding(Balance balance, Clock clock) {
        Unit unit = balance.budget().unit();
        Funding funding = balance.funding();
        List<String> parts = new ArrayList<>();
        if (funding.credit() != 0) {
            parts.add("credit " + Counts.of(unit, funding.credit()));
        }
        for (Funding.Grant grant : funding.grants()) {
            Instant until = Instant.ofEpochMilli(grant.untilMillis());
            if (until.isAfter(clock.now())) {
                parts.add(
                        "granted "
                                + Counts.of(unit, grant.amount())
                                + " until "
                                + clock.hour(until));
            }
        }
        if (funding.debt() > 0) {
            parts.add("owes " + Counts.of(unit, funding.debt()));
        }
        if (funding.uncovered() > 0) {
            parts.add(Counts.of(unit, funding.uncovered()) + " not covered");
        }
        return String.join(" · ", parts);
    }

    /// How much of the limit is spent or held, in percent.
    static long percent(Balance balance) {
        return Counts.percent(Math.addExact(balance.spent(), balance.held()), balance.limit());
    }

    static Bar bar(Balance balance) {
        return bar(
                balance.budget().unit().name(), balance.spent(), balance.held(), balance.limit());
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
        ScopePath scope = budget.terms().scope();
        if (!budget.per().isEmpty()) {
            parts.add("per " + String.join(" and ", budget.per()));
        } else if (budget.match().isEmpty() && scope == null) {
            parts.add("whole tenant");
        }
        budget.match().forEach((name, value) -> parts.add(name + " " + value));
        if (scope != null) {
            parts.add(scope.toString());
        }
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
