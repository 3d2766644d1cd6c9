package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides a reserve: all matching budgets in all units at once, or none.
final class ReserveRule {

    /// How many holds past their time one reserve ends to make room for itself. All who wait may need to:
    /// a million holds that have run out together are left to [Command.Expire].
    static final int LAZY_EXPIRIES = 128;

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
        if (state.isClosed(command.tenant())) {
            return refuse(command, now, Reason.TENANT_CLOSED);
        }
        if (state.isStopped(command.tenant(), command.subject(), now)) {
            return refuse(command, now, Reason.RUN_STOPPED);
        }
        if (state.holds().size() >= limits.maxHolds()) {
            return refuse(command, now, Reason.CAPACITY);
        }
        List<Entry> entries = new ArrayList<>(1);
        Assessment assessment = new Assessment(state, command, now, Relief.NONE, true);
        if (!assessment.fits()) {
            List<Hold> due = state.expiry().due(now.toEpochMilli(), LAZY_EXPIRIES);
            if (!due.isEmpty()) {
                // Holds whose time has run out are no reason to refuse.
                due.forEach(hold -> entries.add(SettleRule.expired(hold, now)));
                assessment = new Assessment(state, command, now, Relief.of(due), true);
            }
        }
        if (assessment.advises()) {
            return new Decision(new Outcome.Advised(assessment.rungs()), entries);
        }
        Outcome outcome = conclude(command, now, assessment);
        if (outcome instanceof Outcome.Granted granted) {
            entries.add(reserved(command, now, assessment, granted));
        } else if (outcome instanceof Outcome.Refused refused) {
            entries.addAll(Refusals.denied(refused(command, now, refused)).entries());
        }
        return new Decision(outcome, entries);
    }

    /// What the reserve would be answered. Shares the memory of keys with real reserves where the
    /// operation is the same.
    Decision evaluate(Command.Evaluate command, Instant now) {
        Command.Reserve reserve = command.reserve();
        Outcome known = recall(command);
        if (known != null) {
            return new Decision(known, List.of());
        }
        Outcome answer = answer(reserve, now);
        if (answer instanceof Outcome.Refused refused && refused.reason() == Reason.UNIT_MISMATCH) {
            answer =
                    Refusals.of(
                            state.whyNoneApplies(
                                    reserve.tenant(), reserve.subject(), command::canName));
        }
        if (answer instanceof Outcome.Refused refused && isMistake(refused.reason())) {
            return new Decision(answer, List.of());
        }
        Entry entry =
                new Entry.Evaluated(
                        now,
                        reserve.key(),
                        reserve.tenant(),
                        command.operation(),
                        reserve.subject(),
                        answer,
                        reserve.attribution());
        return new Decision(new Outcome.Evaluated(answer), List.of(entry));
    }

    /// A refusal that is no answer to remember: the same question may fare better in a moment.
    private static boolean isMistake(Reason reason) {
        return reason == Reason.CAPACITY || reason == Reason.UNIT_MISMATCH;
    }

    private Outcome answer(Command.Reserve reserve, Instant now) {
        if (state.isClosed(reserve.tenant())) {
            return Refusals.of(Reason.TENANT_CLOSED);
        }
        if (state.isStopped(reserve.tenant(), reserve.subject(), now)) {
            return Refusals.of(Reason.RUN_STOPPED);
        }
        if (state.holds().size() >= limits.maxHolds()) {
            return Refusals.of(Reason.CAPACITY);
        }
        List<Hold> due = state.expiry().due(now.toEpochMilli(), LAZY_EXPIRIES);
        return conclude(reserve, now, new Assessment(state, reserve, now, Relief.of(due), false));
    }

    private Outcome conclude(Command.Reserve command, Instant now, Assessment assessment) {
        Reason missing = assessment.missing();
        if (missing != null) {
            return Refusals.of(missing);
        }
        if (!assessment.blocks().isEmpty()) {
            return new Outcome.Refused(
                    Reason.BUDGET_EXCEEDED,
                    assessment.blocks().stream().sorted(BLOCK_ORDER).toList());
        }
        if (assessment.isShort()) {
            return Refusals.of(Reason.SHORTAGE);
        }
        if (state.accounts() + assessment.newAccounts() > limits.maxAccounts()) {
            return Refusals.of(Reason.CAPACITY);
        }
        return new Outcome.Granted(
                command.hold(),
                assessment.granted(),
                Instant.ofEpochMilli(now.plus(command.ttl()).toEpochMilli()),
                assessment.notices(),
                assessment.wouldRefuse().stream().sorted(BLOCK_ORDER).toList(),
                assessment.tightest(),
                assessment.standings());
    }

    private static Entry reserved(
            Command.Reserve command, Instant now, Assessment assessment, Outcome.Granted granted) {
        return new Entry.Reserved(
                now,
                command.key(),
                command.tenant(),
                command.subject(),
                command.asked(),
                assessment.postings(),
                command.grace(),
                command.onExpiry(),
                command.overage(),
                command.scoped(),
                command.attribution(),
                granted);
    }

    private static Decision refuse(Command.Reserve command, Instant now, Reason reason) {
        return Refusals.denied(refused(command, now, Refusals.of(reason)));
    }

    private static Entry.Refused refused(
            Command.Reserve command, Instant now, Outcome.Refused refused) {
        return new Entry.Refused(
                now,
                StateRecord.Operation.RESERVE,
                command.tenant(),
                command.subject(),
                command.asked(),
                refused.reason(),
                refused.blocks(),
                command.attribution());
    }

    private @Nullable Outcome recall(Command.Evaluate command) {
        TenantId tenant = command.reserve().tenant();
        CommandKey key = command.reserve().key();
        Outcome known = state.memory().recall(tenant, command.operation(), key);
        return known == null && command.operation() == StateRecord.Operation.RESERVE
                ? state.memory().recallReserve(tenant, key)
                : known;
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
        if (state.memory().ended(command.hold()) != null) {
            return Refusals.of(Reason.HOLD_EXISTS);
        }
        boolean named = command.key().value().equals(command.hold().value());
        return named ? null : state.memory().recallReserve(command.tenant(), command.key());
    }
}
