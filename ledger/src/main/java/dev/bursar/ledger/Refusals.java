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

    /// A refusal that goes into the journal: what limits or a closed tenant stand in the way of. The
    /// rest are mistakes of a caller, and nothing that happened to money.
    static Decision denied(Entry.Refused entry) {
        Outcome.Refused refused = new Outcome.Refused(entry.reason(), entry.blocks());
        boolean isDenial = !entry.blocks().isEmpty() || entry.reason() == Reason.TENANT_CLOSED;
        return new Decision(refused, isDenial ? List.of(entry) : List.of());
    }

    static Outcome.Refused by(Reason reason, List<Block> blocks) {
        return new Outcome.Refused(
                reason, blocks.stream().sorted(ReserveRule.BLOCK_ORDER).toList());
    }
}
