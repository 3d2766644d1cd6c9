package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides a reserve: all matching budgets in all units at once, or none.
final class ReserveRule {

    /// How many holds past their time one reserve ends to make room for itself.
    static final int LAZY_EXPIRIES = 1_024;

    /// The order of blocks.
    static final Comparator<Block> BLOCK_ORDER =
            Comparator.comparing(Block::cause).thenComparing(Block::name);

    private final LedgerState state;
    private final LedgerLimits limits;

    ReserveRule(LedgerState state, LedgerLimits limits) {
        this.state = state;
        this.limits = limits;
    }

    Decision decide(Command.Reserve command, Instant now) {
        Outcome known = recall(command);
        if (known != null) {
            return new Decision(known, List.of());
        }
        if (state.holds().size() >= limits.maxHolds()) {
            return Refusals.decision(Reason.CAPACITY);
        }
        Assessment assessment = new Assessment(state, command, now, Relief.NONE);
        if (!assessment.fits()) {
            List<Hold> due = state.expiry().due(now.toEpochMilli(), LAZY_EXPIRIES);
            if (!due.isEmpty()) {
                return afterExpiry(command, now, due);
            }
        }
        List<Entry> entries = new ArrayList<>(1);
        return new Decision(conclude(command, now, assessment, entries), entries);
    }

    /// Holds whose time has run out are no reason to refuse.
    private Decision afterExpiry(Command.Reserve command, Instant now, List<Hold> due) {
        List<Entry> entries = new ArrayList<>();
        due.forEach(hold -> entries.add(SettleRule.expired(hold, now)));
        Assessment assessment = new Assessment(state, command, now, Relief.of(due));
        return new Decision(conclude(command, now, assessment, entries), entries);
    }

    private Outcome conclude(
            Command.Reserve command, Instant now, Assessment assessment, List<Entry> entries) {
        if (!assessment.blocks().isEmpty()) {
            List<Block> blocks = assessment.blocks().stream().sorted(BLOCK_ORDER).toList();
            entries.add(
                    new Entry.Refused(
                            now,
                            command.tenant(),
                            command.subject(),
                            command.asked(),
                            Reason.BUDGET_EXCEEDED,
                            blocks,
                            command.attribution()));
            return new Outcome.Refused(Reason.BUDGET_EXCEEDED, blocks);
        }
        if (assessment.isBeyondBounds()
                || state.accounts() + assessment.newAccounts() > limits.maxAccounts()) {
            return Refusals.of(Reason.CAPACITY);
        }
        Outcome.Granted granted =
                new Outcome.Granted(
                        command.hold(),
                        assessment.granted(),
                        Instant.ofEpochMilli(now.plus(command.ttl()).toEpochMilli()),
                        assessment.notices(),
                        assessment.wouldRefuse().stream().sorted(BLOCK_ORDER).toList(),
                        assessment.tightest());
        entries.add(
                new Entry.Reserved(
                        now,
                        command.key(),
                        command.tenant(),
                        command.subject(),
                        command.asked(),
                        assessment.postings(),
                        command.onExpiry(),
                        command.overage(),
                        command.attribution(),
                        granted));
        return granted;
    }

    private @Nullable Outcome recall(Command.Reserve command) {
        Outcome known =
                state.memory()
                        .recall(command.tenant(), StateRecord.Operation.RESERVE, command.key());
        if (known != null) {
            return known;
        }
        Hold open = state.hold(command.hold());
        if (open != null) {
            boolean same =
                    open.tenant().equals(command.tenant())
                            && open.key().value().equals(command.key().value());
            return same
                    ? Memory.repeat(open.key(), command.key(), open.granted())
                    : Refusals.of(Reason.HOLD_EXISTS);
        }
        return state.memory().ended(command.hold()) == null
                ? null
                : Refusals.of(Reason.HOLD_EXISTS);
    }
}
