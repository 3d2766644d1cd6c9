package dev.bursar.ledger;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Refusals as outcomes and decisions.
final class Refusals {

    private static final Set<Reason> DENIALS =
            EnumSet.of(
                    Reason.TENANT_CLOSED,
                    Reason.RUN_STOPPED,
                    Reason.NOT_ALLOWED,
                    Reason.MODEL_UNPRICED,
                    Reason.TOOL_UNPRICED,
                    Reason.KEY_OUT_OF_SCOPE,
                    Reason.CAPACITY);

    private Refusals() {}

    static Outcome.Refused of(Reason reason) {
        return new Outcome.Refused(reason, List.of());
    }

    static Decision decision(Reason reason) {
        return new Decision(of(reason), List.of());
    }

    /// A refusal that goes into the journal: what limits, a closed tenant, a stopped run, a rule of others
    /// or a full ledger stand in the way of. The rest are mistakes of a caller, and nothing that happened
    /// to money.
    static Decision denied(Entry.Refused entry) {
        Outcome.Refused refused = new Outcome.Refused(entry.reason(), entry.blocks());
        boolean isDenial = !entry.blocks().isEmpty() || DENIALS.contains(entry.reason());
        return new Decision(refused, isDenial ? List.of(entry) : List.of());
    }

    static Outcome.Refused by(Reason reason, List<Block> blocks) {
        return new Outcome.Refused(
                reason, blocks.stream().sorted(ReserveRule.BLOCK_ORDER).toList());
    }
}
