package dev.bursar.ledger;

import java.util.List;

/// Refusals as outcomes and decisions.
final class Refusals {

    private Refusals() {}

    static Outcome.Refused of(Reason reason) {
        return new Outcome.Refused(reason, List.of());
    }

    static Decision decision(Reason reason) {
        return new Decision(of(reason), List.of());
    }

    static Outcome.Refused by(Reason reason, List<Block> blocks) {
        return new Outcome.Refused(
                reason, blocks.stream().sorted(ReserveRule.BLOCK_ORDER).toList());
    }
}
