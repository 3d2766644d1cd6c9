package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far the limits of hard budgets cover an amount that was really used, and what becomes of the rest.
///
/// All hard budgets are charged the same, so that the total of a parent includes its children: the least
/// that one of them covers. The rest is in the shortfalls, budget by budget.
///
/// @param charged what hard budgets are charged: `actual`, or less where a limit caps it
/// @param refused why nothing is charged at all, or null
record Coverage(
        Amounts charged, List<Entry.Shortfall> shortfalls, Outcome.@Nullable Refused refused) {

    /// An account of a hard budget that is to be charged.
    ///
    /// @param before where it stands
    /// @param over what is to be charged above the hold
    /// @param block what it says when it covers too little
    record Target(Standing before, long over, Block block) {

        AccountKey key() {
            return before.account();
        }

        long covered() {
            return Math.max(0, before.remaining());
        }

        /// Whether its limit caps what is charged.
        boolean caps(boolean mayOwe) {
            return !mayOwe || before.overdraftLimit() == 0;
        }

        /// What would become debt of a charge of `take`.
        long debt(long take) {
            return Math.max(0, take - covered());
        }

        boolean passesOverdraft(long take) {
            return debt(take) > 0 && debt(take) > before.overdraftLimit() - before.debt();
        }
    }

    /// What a limit did not cover in an account, or null when it covered all.
    Entry.@Nullable Shortfall shortfall(AccountKey account) {
        for (Entry.Shortfall shortfall : shortfalls) {
            if (shortfall.account().equals(account)) {
                return shortfall;
            }
        }
        return null;
    }

    static Coverage all(Amounts actual) {
        return new Coverage(actual, List.of(), null);
    }

    static Coverage refused(Outcome.Refused refused) {
        return new Coverage(Amounts.NONE, List.of(), refused);
    }

    /// Charges what is above the hold as far as all targets of a unit cover it. It is refused by those alone
    /// that would owe too much of what is charged: a budget without an overdraft only caps it.
    ///
    /// @param mayOwe whether what is not covered may become debt
    static Coverage capped(Amounts actual, List<Target> targets, boolean mayOwe) {
        Amounts charged = actual;
        List<Entry.Shortfall> shortfalls = new ArrayList<>();
        List<Block> passed = new ArrayList<>(0);
        for (Unit unit : actual.units()) {
            List<Target> ofUnit =
                    targets.stream()
                            .filter(t -> t.before().unit().equals(unit) && t.over() > 0)
                            .toList();
            if (ofUnit.isEmpty()) {
                continue;
            }
            long over = ofUnit.getFirst().over();
            long take = over;
            for (Target target : ofUnit) {
                if (target.caps(mayOwe)) {
                    take = Math.min(take, target.covered());
                }
            }
            for (Target target : ofUnit) {
                long debt = target.debt(take);
                if (target.passesOverdraft(take)) {
                    passed.add(target.block());
                }
                boolean overLimit = target.caps(mayOwe) && target.covered() < over;
                if (debt > 0 || over > take) {
                    shortfalls.add(new Entry.Shortfall(target.key(), debt, over - take, overLimit));
                }
            }
            charged = charged.with(unit, actual.get(unit) - (over - take));
        }
        return passed.isEmpty()
                ? new Coverage(charged, shortfalls, null)
                : refused(Refusals.by(Reason.OVERDRAFT_EXCEEDED, passed));
    }
}
