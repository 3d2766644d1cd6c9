package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A balance in the plainest form: every movement is kept, every sum is added up anew.
final class NaiveAccount {

    final BudgetId budget;
    final List<String> per;
    final Instant window;
    final List<Movement> movements = new ArrayList<>();
    final List<Funding.Grant> grants = new ArrayList<>();
    Instant openedAt;
    Instant usedAt;
    long credit;
    long debt;
    boolean overLimit;
    Instant declinedUntil = Instant.EPOCH;

    /// Whether a person was asked, and has not answered.
    boolean asks;

    record Movement(Instant at, long amount) {}

    NaiveAccount(BudgetId budget, List<String> per, Instant window, Instant openedAt) {
        this.budget = budget;
        this.per = per;
        this.window = window;
        this.openedAt = openedAt;
        this.usedAt = openedAt;
    }

    AccountKey key() {
        return new AccountKey(budget, per, window.toEpochMilli());
    }

    void spend(Budget of, Instant at, long amount) {
        if (!of.unit().equals(Unit.SLOTS) && !of.unit().equals(Unit.MILLIS) && amount > 0) {
            movements.add(new Movement(at, amount));
        }
    }

    long spentEver() {
        return movements.stream().mapToLong(Movement::amount).sum();
    }

    long spent(Budget of, Instant now) {
        if (of.unit().equals(Unit.MILLIS)) {
            return Duration.between(openedAt, now).toMillis();
        }
        return movements.stream()
                .filter(movement -> counts(of, movement, now))
                .mapToLong(Movement::amount)
                .sum();
    }

    /// A rolling window counts whole buckets, until the last moment of a bucket has left.
    private static boolean counts(Budget of, Movement movement, Instant now) {
        if (!(of.window() instanceof Window.Rolling rolling)) {
            return true;
        }
        long length = rolling.length().toMillis();
        long bucket = (length + Window.Rolling.BUCKETS - 1) / Window.Rolling.BUCKETS;
        long end = (movement.at().toEpochMilli() / bucket + 1) * bucket;
        return end + length > now.toEpochMilli();
    }

    long granted(Instant now) {
        return grants.stream()
                .filter(grant -> grant.untilMillis() > now.toEpochMilli())
                .mapToLong(Funding.Grant::amount)
                .sum();
    }

    /// What may be spent: the first step that asks or denies is a share of it, but for soft budgets.
    long limit(Budget of, Instant now) {
        long own = Math.max(0, of.limit() + credit);
        if (of.mode() != Budget.Mode.SOFT) {
            for (Budget.Step step : of.ladder()) {
                if (step.action() == Budget.Step.Action.APPROVE
                        || step.action() == Budget.Step.Action.DENY) {
                    own = (own * step.percent() + 99) / 100;
                    break;
                }
            }
        }
        return own + granted(now);
    }

    /// What the percents of a ladder are of.
    long whole(Budget of, Instant now) {
        return Math.max(0, of.limit() + credit) + granted(now);
    }

    long room(Budget of, long held, Instant now) {
        return limit(of, now) - spent(of, now) - held - debt;
    }

    void fundedIfCovered(Budget of, long held, Instant now) {
        if (room(of, held, now) > 0 && debt <= of.terms().overdraftLimit()) {
            overLimit = false;
        }
    }

    /// What is carried over from here.
    long left(Budget of, long held) {
        return Math.min(
                of.terms().carryOver(), Math.max(0, of.limit() + credit - spentEver() - held));
    }

    /// Begins like the window after `before`, whatever windows lie between.
    void succeed(NaiveAccount before, Budget of, long heldBefore) {
        Window.Calendar calendar = (Window.Calendar) of.window();
        long used = before.spentEver() + heldBefore;
        credit = before.credit;
        debt = before.debt;
        for (Instant at = before.window; at.isBefore(window); at = calendar.end(at)) {
            credit = Math.min(of.terms().carryOver(), Math.max(0, of.limit() + credit - used));
            pay(of);
            used = 0;
        }
    }

    /// Takes from what may be spent what is owed.
    private void pay(Budget of) {
        long paid = Math.min(debt, Math.max(0, of.limit() + credit));
        credit -= paid;
        debt -= paid;
    }

    /// Takes over what an earlier window has used since it handed over.
    void makeUpFor(Budget of, long missing, long owed) {
        credit -= missing;
        long old = debt;
        debt = owed;
        pay(of);
        debt += old;
    }

    /// Whether the account is forgotten by a sweep, when nothing is held in it.
    boolean isForgotten(Budget of, Instant now) {
        Duration idle = of.terms().idle();
        if (of.window() instanceof Window.Rolling rolling) {
            long length = rolling.length().toMillis();
            long bucket = (length + Window.Rolling.BUCKETS - 1) / Window.Rolling.BUCKETS;
            boolean matters =
                    debt != 0
                            || credit != 0
                            || overLimit
                            || granted(now) != 0
                            || declinedUntil.isAfter(now);
            return !matters && !usedAt.plusMillis(length + bucket).isAfter(now);
        }
        return idle != null && debt == 0 && !usedAt.plus(idle).isAfter(now);
    }
}
