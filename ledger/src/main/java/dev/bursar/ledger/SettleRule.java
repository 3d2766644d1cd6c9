package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Decides how holds end, and how long they last.
final class SettleRule {

    private final LedgerState state;
    private final Postings postings;
    private final Standings standings;
    private final Sweep sweep;

    SettleRule(LedgerState state) {
        this.state = state;
        this.postings = new Postings(state);
        this.standings = new Standings(state);
        this.sweep = new Sweep(state);
    }

    Decision commit(Command.Commit command, Instant now) {
        return end(
                command.tenant(),
                StateRecord.Operation.COMMIT,
                command.key(),
                command.hold(),
                now,
                hold -> commit(command, hold, now));
    }

    private Decision commit(Command.Commit command, Hold hold, Instant now) {
        if (hold.isScoped() && !hold.held().units().equals(command.actual().units())) {
            return Refusals.decision(Reason.UNIT_MISMATCH);
        }
        Amounts overrun = overrun(hold.held(), command.actual());
        Coverage coverage = coverage(hold, command.actual(), overrun, now);
        if (coverage.refused() != null) {
            return refused(command, hold, coverage.refused(), now);
        }
        List<Entry.Posting> unheld =
                postings.of(
                        command.tenant(),
                        hold.subject(),
                        command.actual(),
                        unit -> !hold.held().has(unit),
                        now);
        List<Entry.Posting> spent = spent(hold, command.actual(), coverage);
        spent.addAll(unheld);
        List<Block> beyond = postings.beyondBounds(spent, coverage, command.actual(), now);
        if (!beyond.isEmpty()) {
            return refused(command, hold, Refusals.by(Reason.CAPACITY, beyond), now);
        }
        Entry.Committed entry =
                new Entry.Committed(
                        now,
                        command.key(),
                        command.hold(),
                        command.tenant(),
                        hold.subject(),
                        hold.held(),
                        command.actual(),
                        coverage.charged(),
                        overrun,
                        coverage.shortfalls(),
                        unheld,
                        standings.afterCommit(hold, command.actual(), coverage, now),
                        command.attribution());
        return new Decision(entry.outcome(), List.of(entry));
    }

    private static Decision refused(
            Command.Commit command, Hold hold, Outcome.Refused refused, Instant now) {
        return Refusals.denied(
                new Entry.Refused(
                        now,
                        StateRecord.Operation.COMMIT,
                        command.tenant(),
                        hold.subject(),
                        command.actual(),
                        refused.reason(),
                        refused.blocks(),
                        command.attribution()));
    }

    Decision release(Command.Release command, Instant now) {
        return end(
                command.tenant(),
                StateRecord.Operation.RELEASE,
                command.key(),
                command.hold(),
                now,
                hold -> {
                    Entry.Released entry =
                            released(
                                    hold,
                                    command.key(),
                                    standings.afterRelease(hold, now),
                                    command.attribution(),
                                    now);
                    return new Decision(entry.outcome(), List.of(entry));
                });
    }

    /// @param standings afterwards, empty when nobody waits for them
    static Entry.Released released(
            Hold hold,
            CommandKey key,
            List<Standing> standings,
            Attribution attribution,
            Instant now) {
        return new Entry.Released(
                now,
                key,
                hold.id(),
                hold.tenant(),
                hold.subject(),
                hold.held(),
                standings,
                attribution);
    }

    Decision extend(Command.Extend command, Instant now) {
        return end(
                command.tenant(),
                StateRecord.Operation.EXTEND,
                command.key(),
                command.hold(),
                now,
                hold -> extend(command, hold, now));
    }

    private Decision extend(Command.Extend command, Hold hold, Instant now) {
        if (hold.expiresMillis() < now.toEpochMilli()) {
            return Refusals.decision(Reason.HOLD_EXPIRED);
        }
        if (hold.extensions() >= command.atMost()) {
            return Refusals.decision(Reason.EXTENSIONS_EXHAUSTED);
        }
        Instant wanted = Instant.ofEpochMilli(hold.expiresMillis()).plus(command.by());
        Instant latest = now.plus(Command.Reserve.MAX_TTL);
        Entry.Extended entry =
                new Entry.Extended(
                        now,
                        command.key(),
                        hold.id(),
                        hold.tenant(),
                        Instant.ofEpochMilli(
                                (wanted.isAfter(latest) ? latest : wanted).toEpochMilli()),
                        hold.extensions() + 1,
                        standings.now(hold, now));
        return new Decision(entry.outcome(), List.of(entry));
    }

    /// Ends an open hold in one of the ways, or extends it, unless it or the key was used before or its
    /// time is over.
    private Decision end(
            TenantId tenant,
            StateRecord.Operation operation,
            CommandKey key,
            HoldId id,
            Instant now,
            Function<Hold, Decision> ending) {
        Outcome known = recall(tenant, operation, key, id);
        if (known != null) {
            return new Decision(known, List.of());
        }
        Hold hold = state.hold(id);
        StateRecord.EndedHold ended = hold == null ? state.memory().ended(id) : null;
        Reason reason = whyNot(hold, ended, tenant);
        if (reason != null) {
            return Refusals.decision(reason);
        }
        if (hold == null) {
            return Refusals.decision(Reason.HOLD_NOT_FOUND);
        }
        if (isTooLate(hold, now)) {
            return new Decision(Refusals.of(Reason.HOLD_EXPIRED), List.of(expired(hold, now)));
        }
        return ending.apply(hold);
    }

    /// Why a hold cannot be ended whatever its time. A closed tenant's hold may be settled when its money
    /// is gone anyway.
    private @Nullable Reason whyNot(
            @Nullable Hold hold, StateRecord.@Nullable EndedHold ended, TenantId tenant) {
        TenantId owner = hold != null ? hold.tenant() : ended != null ? ended.tenant() : null;
        if (owner == null) {
            return Reason.HOLD_NOT_FOUND;
        }
        if (!owner.equals(tenant)) {
            return Reason.HOLD_OF_OTHER_TENANT;
        }
        if (state.isClosed(tenant)
                && (hold == null || hold.onExpiry() == Command.OnExpiry.RELEASE)) {
            return Reason.TENANT_CLOSED;
        }
        if (ended != null) {
            return ended.ending() == StateRecord.Ending.EXPIRED
                    ? Reason.HOLD_EXPIRED
                    : Reason.HOLD_FINALIZED;
        }
        return null;
    }

    Decision expire(Command.Expire command, Instant now) {
        List<Hold> due = state.expiry().due(now.toEpochMilli(), command.atMost());
        List<Entry> entries = new ArrayList<>(due.size());
        due.forEach(hold -> entries.add(expired(hold, now)));
        List<AccountKey> past = sweep.round(now, command.atMost() - due.size());
        if (!past.isEmpty()) {
            entries.add(new Entry.AccountsDropped(now, past));
        }
        boolean more = due.size() + past.size() >= command.atMost();
        return new Decision(new Outcome.Expired(due.size(), past.size(), more), entries);
    }

    static Entry.Expired expired(Hold hold, Instant now) {
        return new Entry.Expired(
                now,
                hold.id(),
                hold.tenant(),
                hold.subject(),
                hold.held(),
                hold.onExpiry() == Command.OnExpiry.CHARGE,
                hold.attribution());
    }

    /// What is known of a command: its key was used, or its hold has ended by a command of this key.
    private @Nullable Outcome recall(
            TenantId tenant, StateRecord.Operation operation, CommandKey key, HoldId hold) {
        Outcome known = state.memory().recall(tenant, operation, key);
        if (known != null) {
            return known;
        }
        StateRecord.EndedHold ended = state.memory().ended(hold);
        boolean same =
                ended != null
                        && ended.tenant().equals(tenant)
                        && key.value().equals(hold.value())
                        && switch (ended.ending()) {
                            case COMMITTED -> operation == StateRecord.Operation.COMMIT;
                            case RELEASED -> operation == StateRecord.Operation.RELEASE;
                            case EXPIRED -> false;
                        };
        return ended != null && same ? new Outcome.Repeated(ended.outcome()) : null;
    }

    /// A hold that is charged when it expires takes its actual amounts as long as it is open: they are
    /// truer than the estimate.
    private static boolean isTooLate(Hold hold, Instant now) {
        return hold.isDue(now.toEpochMilli()) && hold.onExpiry() == Command.OnExpiry.RELEASE;
    }

    /// What a commit will leave as spent where it was held.
    private List<Entry.Posting> spent(Hold hold, Amounts actual, Coverage coverage) {
        List<Entry.Posting> spent = new ArrayList<>(hold.parts().size());
        for (Hold.Part part : hold.parts()) {
            Account account = part.account();
            Amounts amounts = state.isHard(account.key().budget()) ? coverage.charged() : actual;
            Entry.Shortfall shortfall = coverage.shortfall(account.key());
            long debt = shortfall == null ? 0 : shortfall.debt();
            long amount =
                    Account.isSpendable(account.unit()) ? amounts.get(account.unit()) - debt : 0;
            spent.add(new Entry.Posting(account.key(), account.unit(), amount));
        }
        return spent;
    }

    private static Amounts overrun(Amounts held, Amounts actual) {
        Amounts overrun = Amounts.NONE;
        for (int i = 0; i < actual.size(); i++) {
            Unit unit = actual.unit(i);
            long over = actual.value(i) - held.get(unit);
            if (over > 0 && held.has(unit) && Account.isSpendable(unit)) {
                overrun = overrun.with(unit, over);
            }
        }
        return overrun;
    }

    /// How hard limits take what a commit spends above its hold.
    private Coverage coverage(Hold hold, Amounts actual, Amounts overrun, Instant now) {
        if (overrun.isEmpty()) {
            return Coverage.all(actual);
        }
        return switch (hold.overage()) {
            case ALWAYS -> Coverage.all(actual);
            case REJECT ->
                    Coverage.refused(
                            Refusals.by(Reason.OVERAGE_REJECTED, rejected(hold, overrun, now)));
            case ALLOW_IF_AVAILABLE -> Coverage.capped(actual, targets(hold, overrun, now), false);
            case ALLOW_WITH_OVERDRAFT -> Coverage.capped(actual, targets(hold, overrun, now), true);
        };
    }

    private List<Coverage.Target> targets(Hold hold, Amounts overrun, Instant now) {
        List<Coverage.Target> targets = new ArrayList<>();
        for (Hold.Part part : hold.parts()) {
            Account account = part.account();
            BudgetState budget = state.budget(account.key().budget());
            if (budget != null && budget.budget().mode() == Budget.Mode.HARD) {
                Entry.Posting over =
                        new Entry.Posting(
                                account.key(), account.unit(), overrun.get(account.unit()));
                targets.add(postings.target(budget, over, now));
            }
        }
        return targets;
    }

    /// The hard budgets that a rejected overrun would have been charged to, whether or not they have room.
    private List<Block> rejected(Hold hold, Amounts overrun, Instant now) {
        List<Block> blocks = new ArrayList<>();
        for (Hold.Part part : hold.parts()) {
            Account account = part.account();
            BudgetState budget = state.budget(account.key().budget());
            long over = overrun.get(account.unit());
            if (budget != null && budget.budget().mode() == Budget.Mode.HARD && over > 0) {
                Entry.Posting more = new Entry.Posting(account.key(), account.unit(), over);
                blocks.add(postings.block(budget, more, Block.Cause.SPENT, now));
            }
        }
        return blocks;
    }
}
