package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Decides how holds end, and spending that had none.
final class SettleRule {

    private final LedgerState state;

    SettleRule(LedgerState state) {
        this.state = state;
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
        Amounts overrun = overrun(hold.held(), command.actual());
        Outcome.Refused refused = refuseOverage(hold, overrun, now);
        if (refused != null) {
            return new Decision(refused, List.of());
        }
        List<Entry.Posting> unheld =
                postings(
                        command.tenant(),
                        hold.subject(),
                        command.actual(),
                        unit -> !hold.held().has(unit),
                        now);
        if (isBeyondBounds(hold, command.actual()) || isBeyondBounds(unheld)) {
            return Refusals.decision(Reason.CAPACITY);
        }
        Entry entry =
                new Entry.Committed(
                        now,
                        command.key(),
                        command.hold(),
                        command.tenant(),
                        hold.subject(),
                        hold.held(),
                        command.actual(),
                        overrun,
                        unheld,
                        command.attribution());
        return new Decision(
                new Outcome.Committed(command.hold(), hold.held(), command.actual(), overrun),
                List.of(entry));
    }

    Decision release(Command.Release command, Instant now) {
        return end(
                command.tenant(),
                StateRecord.Operation.RELEASE,
                command.key(),
                command.hold(),
                now,
                hold -> release(command, hold, now));
    }

    private static Decision release(Command.Release command, Hold hold, Instant now) {
        Entry entry =
                new Entry.Released(
                        now,
                        command.key(),
                        command.hold(),
                        command.tenant(),
                        hold.subject(),
                        hold.held(),
                        command.attribution());
        return new Decision(new Outcome.Released(command.hold(), hold.held()), List.of(entry));
    }

    /// Ends an open hold in one of the ways, unless it or the key was used before or its time is over.
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
        if (hold == null || !hold.tenant().equals(tenant)) {
            return Refusals.decision(Reason.HOLD_NOT_FOUND);
        }
        if (isTooLate(hold, now)) {
            return new Decision(Refusals.of(Reason.HOLD_EXPIRED), List.of(expired(hold, now)));
        }
        return ending.apply(hold);
    }

    Decision charge(Command.Charge command, Instant now) {
        Outcome known =
                state.memory()
                        .recall(command.tenant(), StateRecord.Operation.CHARGE, command.key());
        if (known != null) {
            return new Decision(known, List.of());
        }
        List<Entry.Posting> postings =
                postings(command.tenant(), command.subject(), command.actual(), unit -> true, now);
        if (isBeyondBounds(postings)) {
            return Refusals.decision(Reason.CAPACITY);
        }
        List<Block> passed = passed(postings, now);
        Entry entry =
                new Entry.Charged(
                        now,
                        command.key(),
                        command.tenant(),
                        command.subject(),
                        command.actual(),
                        postings,
                        passed,
                        command.attribution());
        return new Decision(new Outcome.Charged(command.actual(), passed), List.of(entry));
    }

    Decision expire(Command.Expire command, Instant now) {
        List<Hold> due = state.expiry().due(now.toEpochMilli(), command.atMost());
        List<Entry> entries = new ArrayList<>(due.size());
        due.forEach(hold -> entries.add(expired(hold, now)));
        List<AccountKey> past = new ArrayList<>();
        for (BudgetState budget : state.budgets()) {
            past.addAll(budget.past(now, command.atMost() - due.size() - past.size()));
        }
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

    /// What is known of a command: its key was used, or its hold has ended.
    private @Nullable Outcome recall(
            TenantId tenant, StateRecord.Operation operation, CommandKey key, HoldId hold) {
        Outcome known = state.memory().recall(tenant, operation, key);
        if (known != null) {
            return known;
        }
        StateRecord.EndedHold ended = state.memory().ended(hold);
        if (ended == null || !ended.tenant().equals(tenant)) {
            return null;
        }
        boolean same =
                key.value().equals(hold.value())
                        && switch (ended.ending()) {
                            case COMMITTED -> operation == StateRecord.Operation.COMMIT;
                            case RELEASED -> operation == StateRecord.Operation.RELEASE;
                            case EXPIRED -> false;
                        };
        if (same) {
            return new Outcome.Repeated(ended.outcome());
        }
        return Refusals.of(
                ended.ending() == StateRecord.Ending.EXPIRED
                        ? Reason.HOLD_EXPIRED
                        : Reason.HOLD_FINALIZED);
    }

    /// A hold that is charged when it expires takes its actual amounts as long as it is open: they are
    /// truer than the estimate.
    private static boolean isTooLate(Hold hold, Instant now) {
        return hold.isDue(now.toEpochMilli()) && hold.onExpiry() == Command.OnExpiry.RELEASE;
    }

    private static boolean isBeyondBounds(Hold hold, Amounts actual) {
        return hold.parts().stream()
                .map(Hold.Part::account)
                .anyMatch(account -> account.isBeyondBounds(actual.get(account.unit())));
    }

    private boolean isBeyondBounds(List<Entry.Posting> postings) {
        for (Entry.Posting posting : postings) {
            BudgetState budget = state.budget(posting.account().budget());
            Account account = budget == null ? null : budget.account(posting.account());
            if (account != null && account.isBeyondBounds(posting.amount())) {
                return true;
            }
        }
        return false;
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

    private Outcome.@Nullable Refused refuseOverage(Hold hold, Amounts overrun, Instant now) {
        if (overrun.isEmpty()) {
            return null;
        }
        return switch (hold.overage()) {
            case ALLOW_WITH_OVERDRAFT -> null;
            case REJECT -> Refusals.of(Reason.OVERAGE_REJECTED);
            case ALLOW_IF_AVAILABLE -> {
                List<Block> blocks = new ArrayList<>();
                for (Hold.Part part : hold.parts()) {
                    Account account = part.account();
                    Block block = block(account, overrun.get(account.unit()), now);
                    if (block != null) {
                        blocks.add(block);
                    }
                }
                yield blocks.isEmpty()
                        ? null
                        : new Outcome.Refused(
                                Reason.OVERAGE_REJECTED,
                                blocks.stream().sorted(ReserveRule.BLOCK_ORDER).toList());
            }
        };
    }

    private List<Entry.Posting> postings(
            TenantId tenant, Subject subject, Amounts actual, Predicate<Unit> wanted, Instant now) {
        List<Entry.Posting> postings = new ArrayList<>(0);
        for (BudgetState budget : state.budgets(tenant)) {
            Unit unit = budget.budget().unit();
            long amount = actual.get(unit);
            if (amount > 0
                    && Account.isSpendable(unit)
                    && wanted.test(unit)
                    && budget.hasAccounts()
                    && budget.appliesTo(subject)) {
                postings.add(new Entry.Posting(budget.accountFor(subject, now), unit, amount));
            }
        }
        return postings;
    }

    private List<Block> passed(List<Entry.Posting> postings, Instant now) {
        List<Block> passed = new ArrayList<>(0);
        for (Entry.Posting posting : postings) {
            BudgetState state = this.state.budget(posting.account().budget());
            if (state != null) {
                Account account = state.account(posting.account());
                Block block = block(state, posting.account(), account, posting.amount(), now);
                if (block != null) {
                    passed.add(block);
                }
            }
        }
        return passed.stream().sorted(ReserveRule.BLOCK_ORDER).toList();
    }

    private @Nullable Block block(Account account, long more, Instant now) {
        BudgetState budget = state.budget(account.key().budget());
        return budget == null ? null : block(budget, account.key(), account, more, now);
    }

    /// The block that a hard budget would put in the way of `more`, or null when it has room.
    private static @Nullable Block block(
            BudgetState state, AccountKey key, @Nullable Account account, long more, Instant now) {
        Budget budget = state.budget();
        long spent = account == null ? 0 : account.spent(now.toEpochMilli());
        long held = account == null ? 0 : account.held();
        long affordable = Math.max(0, budget.limit() - spent - held);
        if (budget.mode() != Budget.Mode.HARD || more <= affordable) {
            return null;
        }
        Block.Cause cause =
                held == 0 || budget.limit() - spent < more ? Block.Cause.SPENT : Block.Cause.HELD;
        return new Block(
                key,
                budget.name(),
                budget.mode(),
                budget.window(),
                budget.unit(),
                cause,
                budget.limit(),
                spent,
                held,
                more,
                affordable,
                state.resetsAt(account, spent, held, more, now));
    }
}
