package dev.bursar.ledger;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/// What naive books do with an actual: how much of it counts where a limit caps it, as spent or as debt.
final class NaiveSpending {

    private final NaiveBooks books;

    NaiveSpending(NaiveBooks books) {
        this.books = books;
    }

    void settle(
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

    static boolean isAlways(Command.Overage overage) {
        return overage == Command.Overage.ALWAYS;
    }

    private static boolean caps(Budget budget, Command.Overage overage) {
        return overage == Command.Overage.ALLOW_IF_AVAILABLE
                || budget.terms().overdraftLimit() == 0;
    }

    List<NaiveAccount> hard(List<NaiveBooks.Share> shares, Unit unit) {
        return shares.stream()
                .map(NaiveBooks.Share::account)
                .filter(a -> books.budget(a).unit().equals(unit))
                .filter(a -> books.budget(a).mode() == Budget.Mode.HARD)
                .toList();
    }

    /// How much of what is above a hold is charged, or -1 when it would leave too much debt.
    long covered(List<NaiveAccount> targets, long over, Command.Overage overage, Instant now) {
        long take = over;
        if (isAlways(overage)) {
            return take;
        }
        for (NaiveAccount account : targets) {
            Budget budget = books.budget(account);
            if (caps(budget, overage)) {
                take = Math.min(take, Math.max(0, account.room(budget, books.held(account), now)));
            }
        }
        for (NaiveAccount account : targets) {
            Budget budget = books.budget(account);
            long debt = take - Math.max(0, account.room(budget, books.held(account), now));
            if (debt > 0 && account.debt + debt > budget.terms().overdraftLimit()) {
                return -1;
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

    void charge(Budget budget, Command.Charge command, Amounts charged, Instant now) {
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

    void spend(Budget budget, Subject subject, Amounts actual, Instant now) {
        boolean spendable = !budget.unit().equals(Unit.SLOTS) && !budget.unit().equals(Unit.MILLIS);
        if (spendable
                && actual.get(budget.unit()) > 0
                && !(budget.window() instanceof Window.PerCall)) {
            books.open(budget, NaiveBooks.per(budget, subject), now)
                    .spend(budget, now, actual.get(budget.unit()));
        }
    }
}
