package dev.bursar.ledger;

import java.util.List;

/// Refusals that name no budget.
final class Refusals {

    private Refusals() {}

    static Outcome.Refused of(Reason reason) {
        return new Outcome.Refused(reason, List.of());
    }

    static Decision decision(Reason reason) {
        return new Decision(of(reason), List.of());
    }
}
