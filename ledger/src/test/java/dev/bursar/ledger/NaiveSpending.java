package dev.bursar.ledger;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What naive books do with an actual: how much of it counts where a limit caps it, as spent or as debt.
final class NaiveSpending {

    private final NaiveBooks books;

    NaiveSpending(NaiveBooks books) {
        this.books = books;
    }

    String commit(NaiveBooks.NaiveHold hold, Amounts actual, Instant now) {
        Command.Overage overage = hold.command.overage();
        Amounts charged = actual;
        Amounts overrun = Amounts.NONE;
        for (Unit unit : actual.units()) {
            long over = actual.get(unit) - hold.held.get(unit);
            if (hold.held.has(unit) && over > 0 && isSpendable(unit)) {
                overrun = overrun.with(unit, over);
            }
        }
        if (overage == Command.Overage.REJECT && !overrun.isEmpty()) {
            return "OVERAGE_REJECTED" + over(hold, overrun, null, now);
        }
        for (Unit unit : overrun.units()) {
            long over = overrun.get(unit);
            long take = covered(hard(hold.shares, unit), over, overage, now);
            if (take < 0) {
                return "OVERDRAFT_EXCEEDED" + over(hold, overrun, overage, now);
            }
            charged = charged.with(unit, actual.get(unit) - over + take);
        }
        books.holds.remove(hold.id());
        for (NaiveBooks.Share share : hold.shares) {
            settle(share, hold, actual, charged, now);
        }
        for (Budget budget : books.matching(hold.command.tenant(), hold.command.subject())) {
            if (!hold.held.has(budget.unit())) {
                spend(budget, hold.command.subject(), actual, now);
            }
        }
        return ModelAnswers.committed(hold.held, actual, charged, overrun);
    }

    /// The hard budgets of a hold that an overrun would have been charged to, or of these those that may
    /// not owe so much.
    private String over(
            NaiveBooks.NaiveHold hold,
            Amounts overrun,
            Command.@Nullable Overage owing,
            Instant now) {
        Map<Budget, Long> over = new LinkedHashMap<>();
        for (NaiveBooks.Share share : hold.shares) {
            Budget budget = books.budget(share.account());
            long amount = overrun.get(budget.unit());
            long room = share.account().room(budget, books.held(share.account()), now);
            boolean listed =
                    owing == null
                            || isOverdrawn(
                                    share.account(),
                                    capped(hard(hold.shares, budget.unit()), amount, owing, now),
                                    now);
            if (budget.mode() == Budget.Mode.HARD && amount > 0 && listed) {
                over.put(budget, room);
            }
        }
        return texts(over, _ -> Block.Cause.SPENT);
    }

    /// @param take what is charged
    private boolean isOverdrawn(NaiveAccount account, long take, Instant now) {
        Budget budget = books.budget(account);
        long debt = take - Math.max(0, account.room(budget, books.held(account), now));
        return debt > 0 && account.debt + debt > budget.terms().overdraftLimit();
    }

    private static String texts(Map<Budget, Long> rooms, Function<Budget, Block.Cause> cause) {
        return rooms.isEmpty()
                ? ""
                : " "
                        + rooms.keySet().stream()
                                .sorted(
                                        Comparator.comparing(cause)
                                                .thenComparing(budget -> budget.name()))
                                .map(budget ->
                                        ModelAnswers.block(
                                                budget.name(),
                                                cause.apply(budget).toString(),
                                                Objects.requireNonNull(rooms.get(budget)),
                                                false))
                                .toList();
    }

    private static boolean isSpendable(Unit unit) {
        return !unit.equals(Unit.SLOTS) && !unit.equals(Unit.MILLIS);
    }

    private void settle(
            NaiveBooks.Share share,
            NaiveBooks.NaiveHold hold,
            Amounts actual,
            Amounts charged,
            Instant now) {
        NaiveAccount account = share.account();
        Budget budget = books.budget(account);
        Unit unit = budget.unit();
        boolean hard = budget.mode() == Budget.Mode.HARD;
        boolean capped = hard && !isAlways(hold.command.overage());
        // The share itself is not held any more.
        long held = books.held(account);
        long left = account.left(budget, held + share.amount());
        long over = Math.max(0, actual.get(unit) - share.amount());
        long take = over - (actual.get(unit) - charged.get(unit));
        long room = Math.max(0, account.room(budget, held + share.amount(), now));
        long debt = capped && hold.held.has(unit) ? Math.max(0, take - room) : 0;
        account.spend(budget, now, (hard ? charged : actual).get(unit) - debt);
        account.debt += debt;
        account.overLimit |=
                capped
                        && hold.held.has(unit)
                        && over > 0
                        && caps(budget, hold.command.overage())
                        && room < over;
        account.usedAt = now;
        passOn(account, budget, left - account.left(budget, held), debt);
    }

    private static boolean isAlways(Command.Overage overage) {
        return overage == Command.Overage.ALWAYS;
    }

    private static boolean caps(Budget budget, Command.Overage overage) {
        return overage == Command.Overage.ALLOW_IF_AVAILABLE
                || budget.terms().overdraftLimit() == 0;
    }

    private List<NaiveAccount> hard(List<NaiveBooks.Share> shares, Unit unit) {
        return shares.stream()
                .map(NaiveBooks.Share::account)
                .filter(a -> books.budget(a).unit().equals(unit))
                .filter(a -> books.budget(a).mode() == Budget.Mode.HARD)
                .toList();
    }

    /// How much of what is above a hold is charged, or -1 when it would leave too much debt.
    private long covered(
            List<NaiveAccount> targets, long over, Command.Overage overage, Instant now) {
        if (isAlways(overage)) {
            return over;
        }
        long take = capped(targets, over, overage, now);
        return targets.stream().anyMatch(account -> isOverdrawn(account, take, now)) ? -1 : take;
    }

    /// How much of it those let pass that may not owe.
    private long capped(
            List<NaiveAccount> targets, long over, Command.Overage overage, Instant now) {
        long take = over;
        for (NaiveAccount account : targets) {
            Budget budget = books.budget(account);
            if (caps(budget, overage)) {
                take = Math.min(take, Math.max(0, account.room(budget, books.held(account), now)));
            }
        }
        return take;
    }

    /// What a past window takes after it has handed over is missing in the latest.
    private void passOn(NaiveAccount account, Budget budget, long missing, long owed) {
        books.accounts.stream()
                .filter(later ->
                        later.budget.equals(account.budget)
                                && later.per.equals(account.per)
                                && later.window.isAfter(account.window))
                .max(Comparator.comparing(later -> later.window))
                .ifPresent(later -> later.makeUpFor(budget, Math.max(0, missing), owed));
    }

    String charge(Command.Charge command, Instant now) {
        Command.Overage overage = command.overage();
        String refused = isAlways(overage) ? null : refused(command, now);
        if (refused != null) {
            return refused;
        }
        Map<Budget, Long> passed = passed(command, now);
        if (overage == Command.Overage.REJECT && !passed.isEmpty()) {
            return "OVERAGE_REJECTED" + texts(passed, budget -> cause(budget, command, now));
        }
        Amounts charged = command.actual();
        for (Unit unit : command.actual().units()) {
            List<NaiveAccount> targets = targets(command, unit, now);
            long take = covered(targets, command.actual().get(unit), overage, now);
            if (take < 0) {
                passed.keySet().removeIf(budget -> !isOverdrawn(budget, command, now));
                return "OVERDRAFT_EXCEEDED" + texts(passed, b -> cause(b, command, now));
            }
            if (overage != Command.Overage.REJECT) {
                charged = charged.with(unit, take);
            }
        }
        String above = isAlways(overage) ? texts(passed, b -> cause(b, command, now)) : "";
        for (Budget budget : books.matching(command.tenant(), command.subject())) {
            charge(budget, command, charged, now);
        }
        return "charged " + charged + " passed" + (above.isEmpty() ? " []" : above);
    }

    private boolean isOverdrawn(Budget budget, Command.Charge command, Instant now) {
        long asked = command.actual().get(budget.unit());
        List<NaiveAccount> targets = targets(command, budget.unit(), now);
        return isOverdrawn(
                books.peek(budget, per(budget, command), now, false),
                capped(targets, asked, command.overage(), now),
                now);
    }

    private List<NaiveAccount> targets(Command.Charge command, Unit unit, Instant now) {
        return limits(command, unit).stream()
                .map(b -> books.peek(b, per(b, command), now, false))
                .toList();
    }

    /// Why a charge is stopped before any limit is looked at, or null.
    private @Nullable String refused(Command.Charge command, Instant now) {
        if (books.closed.contains(command.tenant())) {
            return "TENANT_CLOSED";
        }
        if (!command.scoped()
                && books.ask(command.tenant(), command.subject().get(Subject.RUN), now)) {
            return "RUN_STOPPED";
        }
        String missing =
                command.scoped()
                        ? books.missing(command.tenant(), command.subject(), command.actual())
                        : null;
        if (missing != null) {
            return missing;
        }
        Map<Budget, Long> stopped = new LinkedHashMap<>();
        for (Budget budget : books.matching(command.tenant(), command.subject())) {
            if (command.actual().has(budget.unit())
                    && books.status(budget.id()) != Budget.Status.ACTIVE) {
                stopped.put(budget, room(budget, command, now));
            }
        }
        return stopped.isEmpty()
                ? null
                : "BUDGET_EXCEEDED"
                        + texts(
                                stopped,
                                budget -> Block.Cause.valueOf(books.status(budget.id()).name()));
    }

    /// The hard budgets that a charge leaves above their limit, and the room they have.
    private Map<Budget, Long> passed(Command.Charge command, Instant now) {
        Map<Budget, Long> passed = new LinkedHashMap<>();
        for (Unit unit : command.actual().units()) {
            for (Budget budget : limits(command, unit)) {
                long room = room(budget, command, now);
                if (command.actual().get(unit) > Math.max(0, room)) {
                    passed.put(budget, room);
                }
            }
        }
        return passed;
    }

    /// The hard budgets with accounts that a charge belongs to.
    private List<Budget> limits(Command.Charge command, Unit unit) {
        return books.matching(command.tenant(), command.subject()).stream()
                .filter(budget -> budget.unit().equals(unit))
                .filter(budget -> budget.mode() == Budget.Mode.HARD)
                .filter(budget -> !(budget.window() instanceof Window.PerCall))
                .toList();
    }

    private Block.Cause cause(Budget budget, Command.Charge command, Instant now) {
        NaiveAccount account = books.peek(budget, per(budget, command), now, false);
        long left = account.limit(budget, now) - account.spent(budget, now);
        return books.held(account) > 0 && command.actual().get(budget.unit()) <= left
                ? Block.Cause.HELD
                : Block.Cause.SPENT;
    }

    private long room(Budget budget, Command.Charge command, Instant now) {
        NaiveAccount account = books.peek(budget, per(budget, command), now, false);
        return account.room(budget, books.held(account), now);
    }

    private static List<String> per(Budget budget, Command.Charge command) {
        return NaiveBooks.per(budget, command.subject());
    }

    private void charge(Budget budget, Command.Charge command, Amounts charged, Instant now) {
        long actual = command.actual().get(budget.unit());
        boolean capped =
                budget.mode() == Budget.Mode.HARD
                        && command.overage() != Command.Overage.ALWAYS
                        && command.overage() != Command.Overage.REJECT;
        if (!capped || actual == 0 || budget.window() instanceof Window.PerCall) {
            spend(budget, command.subject(), command.actual(), now);
            return;
        }
        NaiveAccount account = books.open(budget, NaiveBooks.per(budget, command.subject()), now);
        long room = Math.max(0, account.room(budget, books.held(account), now));
        long take = charged.get(budget.unit());
        long debt = Math.max(0, take - room);
        account.spend(budget, now, take - debt);
        account.debt += debt;
        account.overLimit |= caps(budget, command.overage()) && room < actual;
    }

    private void spend(Budget budget, Subject subject, Amounts actual, Instant now) {
        if (isSpendable(budget.unit())
                && actual.get(budget.unit()) > 0
                && !(budget.window() instanceof Window.PerCall)) {
            books.open(budget, NaiveBooks.per(budget, subject), now)
                    .spend(budget, now, actual.get(budget.unit()));
        }
    }
}
