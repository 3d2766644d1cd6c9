package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.List;

/// What has changed how much an account may spend, beside its budget's definition. In the unit of the
/// budget. Most accounts never have any: they share [#NONE].
///
/// @param credit added to the limit for as long as the account lasts; below zero after debits, and where
///     the debt of the window before is paid from this one
/// @param debt spent beyond the limit under an overdraft, and not repaid
/// @param uncovered what was really used and neither held nor charged, because a limit capped the charge
/// @param overLimit a charge was capped here; no reserve until the account is funded
/// @param grants what people have approved, each until its time
/// @param declinedUntilMillis until when no approval is asked again, since the epoch; 0 when none was
///     declined
public record Funding(
        long credit,
        long debt,
        long uncovered,
        boolean overLimit,
        List<Grant> grants,
        long declinedUntilMillis) {

    public static final Funding NONE = new Funding(0, 0, 0, false, List.of(), 0);

    /// How many grants an account has at a time. Beyond that, nothing more is granted.
    static final int MAX_GRANTS = 64;

    /// @param amount added to the limit
    /// @param untilMillis before this time, since the epoch
    public record Grant(long amount, long untilMillis) {}

    public Funding {
        grants = List.copyOf(grants);
    }

    /// What an account begins with.
    static Funding carried(long credit, long debt) {
        return credit == 0 && debt == 0 ? NONE : new Funding(credit, debt, 0, false, List.of(), 0);
    }

    /// What is granted at a time.
    public long granted(long nowMillis) {
        long granted = 0;
        for (Grant grant : grants) {
            if (grant.untilMillis() > nowMillis) {
                granted = Math.addExact(granted, grant.amount());
            }
        }
        return granted;
    }

    /// Whether there is no place for another grant.
    boolean isFull(long nowMillis) {
        return grants.stream().filter(grant -> grant.untilMillis() > nowMillis).count()
                >= MAX_GRANTS;
    }

    boolean isDeclined(long nowMillis) {
        return declinedUntilMillis > nowMillis;
    }

    /// Adds money: it repays the debt first, and the rest is added to the limit.
    Funding credit(long amount) {
        long repaid = Math.min(amount, debt);
        return withCredit(Math.addExact(credit, amount - repaid), debt - repaid);
    }

    Funding debit(long amount) {
        return withCredit(Math.subtractExact(credit, amount), debt);
    }

    private Funding withCredit(long credit, long debt) {
        return new Funding(credit, debt, uncovered, overLimit, grants, declinedUntilMillis);
    }

    /// Takes what an earlier window turned out to need: its debt from what `limit` leaves, the rest of it
    /// stays debt.
    Funding less(long missing, long owed, long limit) {
        long left = Math.subtractExact(credit, missing);
        long paid = Math.min(owed, Math.max(0, limit + left));
        return new Funding(
                left - paid,
                Math.addExact(debt, owed - paid),
                uncovered,
                overLimit,
                grants,
                declinedUntilMillis);
    }

    Funding repay(long amount) {
        return new Funding(
                credit, debt - amount, uncovered, overLimit, grants, declinedUntilMillis);
    }

    /// Takes what a limit did not cover.
    Funding shortOf(Entry.Shortfall shortfall) {
        return new Funding(
                credit,
                Math.addExact(debt, shortfall.debt()),
                Math.addExact(uncovered, shortfall.uncovered()),
                overLimit || shortfall.overLimit(),
                grants,
                declinedUntilMillis);
    }

    Funding withinLimit() {
        return new Funding(credit, debt, uncovered, false, grants, declinedUntilMillis);
    }

    Funding grant(Grant grant, long nowMillis) {
        List<Grant> current = new ArrayList<>();
        for (Grant known : grants) {
            if (known.untilMillis() > nowMillis) {
                current.add(known);
            }
        }
        current.add(grant);
        return new Funding(credit, debt, uncovered, overLimit, current, 0);
    }

    Funding decline(long untilMillis) {
        return new Funding(credit, debt, uncovered, overLimit, grants, untilMillis);
    }
}
