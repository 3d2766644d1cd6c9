package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Looks for accounts that nothing can refer to any more, a bounded number at a time.
///
/// However many must stay, of whatever budget, those behind them get their turn: each round goes on where
/// the one before stopped.
final class Sweep {

    /// Looks at accounts that must stay, and at budgets, in one round: less than a millisecond.
    static final int MAX_LOOKS = 4_096;

    private final LedgerState state;

    /// The budget to go on with. Only a memo: which accounts are looked at first changes none.
    private String next = "";

    Sweep(LedgerState state) {
        this.state = state;
    }

    /// What one round finds.
    static final class Round {

        private final Instant now;
        private final int atMost;
        private final List<AccountKey> found = new ArrayList<>();
        private int looks = MAX_LOOKS;

        private Round(Instant now, int atMost) {
            this.now = now;
            this.atMost = atMost;
        }

        Instant now() {
            return now;
        }

        boolean isOver() {
            return looks <= 0 || found.size() >= atMost;
        }

        void look(Account account, boolean mayGo) {
            if (mayGo) {
                found.add(account.key());
            } else {
                looks--;
            }
        }
    }

    /// At most `atMost` accounts that may be dropped.
    List<AccountKey> round(Instant now, int atMost) {
        Round round = new Round(now, atMost);
        String from = next;
        next = "";
        for (BudgetState budget : state.budgetsFrom(from)) {
            if (round.isOver()) {
                next = budget.budget().id().value();
                break;
            }
            round.looks--;
            budget.sweep(round);
        }
        return round.found;
    }
}
