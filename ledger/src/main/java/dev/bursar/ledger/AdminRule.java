package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decides what people and the configuration want: which budgets there are, and what they may spend.
final class AdminRule {

    private final LedgerState state;
    private final LedgerLimits limits;

    AdminRule(LedgerState state, LedgerLimits limits) {
        this.state = state;
        this.limits = limits;
    }

    Decision define(Command.DefineBudget command, Instant now) {
        Budget budget = command.budget();
        if (state.isClosed(budget.tenant())) {
            return Refusals.decision(Reason.TENANT_CLOSED);
        }
        BudgetState known = state.budget(budget.id());
        if (known == null && state.budgets().size() >= limits.maxBudgets()) {
            return Refusals.decision(Reason.CAPACITY);
        }
        boolean changed = known == null || !known.budget().equals(budget);
        return new Decision(
                new Outcome.BudgetDefined(budget.id(), changed),
                changed ? List.of(new Entry.BudgetDefined(now, budget, command.by())) : List.of());
    }

    Decision remove(Command.RemoveBudget command, Instant now) {
        BudgetId budget = command.budget();
        return state.budget(budget) == null
                ? Refusals.decision(Reason.BUDGET_NOT_FOUND)
                : new Decision(
                        new Outcome.BudgetRemoved(budget),
                        List.of(new Entry.BudgetRemoved(now, budget, command.by())));
    }

    Decision setStatus(Command.SetBudgetStatus command, Instant now) {
        List<BudgetId> changed = new ArrayList<>();
        for (BudgetId id : command.budgets()) {
            BudgetState budget = state.budget(id);
            if (budget == null) {
                return Refusals.decision(Reason.BUDGET_NOT_FOUND);
            }
            if (command.status() != Budget.Status.CLOSED) {
                if (state.isClosed(budget.budget().tenant())) {
                    return Refusals.decision(Reason.TENANT_CLOSED);
                }
                if (budget.status() == Budget.Status.CLOSED) {
                    return Refusals.decision(Reason.BUDGET_CLOSED);
                }
            }
            if (budget.status() != command.status()) {
                changed.add(id);
            }
        }
        Outcome outcome = new Outcome.BudgetStatusSet(changed, command.status());
        return new Decision(
                outcome,
                changed.isEmpty()
                        ? List.of()
                        : List.of(
                                new Entry.BudgetStatusSet(
                                        now, changed, command.status(), command.by())));
    }

    Decision adjust(Command.AdjustBudget command, Instant now) {
        Outcome known = recall(command.tenant(), command.key());
        if (known != null) {
            return new Decision(known, List.of());
        }
        BudgetState budget = state.budget(command.budget());
        Reason reason = whyNotAdjusted(command, budget);
        if (budget == null || reason != null) {
            return Refusals.decision(reason == null ? Reason.BUDGET_NOT_FOUND : reason);
        }
        AccountKey key = budget.currentAccount(command.per(), now);
        Account account = budget.account(key);
        if (account == null && state.accounts() >= limits.maxAccounts()) {
            return Refusals.decision(Reason.CAPACITY);
        }
        Standing before = budget.standing(key, account, now.toEpochMilli());
        Funding funding = budget.funding(key, account, Relief.NONE);
        long amount =
                command.adjustment() == Command.Adjustment.REPAY_DEBT
                        ? Math.min(command.amount(), before.debt())
                        : command.amount();
        Reason beyond = whyBeyond(command, budget, funding, before, now);
        if (beyond != null) {
            return Refusals.decision(beyond);
        }
        Funding changed =
                switch (command.adjustment()) {
                    case CREDIT -> funding.credit(amount);
                    case DEBIT -> funding.debit(amount);
                    case RESET_SPENT -> funding;
                    case REPAY_DEBT -> funding.repay(amount);
                };
        boolean resets = command.adjustment() == Command.Adjustment.RESET_SPENT;
        Standing after = after(budget, before, changed, resets ? amount : before.spent(), now);
        Entry entry =
                new Entry.BudgetAdjusted(
                        now,
                        command.key(),
                        command.tenant(),
                        key,
                        command.adjustment(),
                        amount,
                        after,
                        command.by());
        return new Decision(new Outcome.BudgetAdjusted(amount, after), List.of(entry));
    }

    private @Nullable Reason whyNotAdjusted(
            Command.AdjustBudget command, @Nullable BudgetState budget) {
        if (state.isClosed(command.tenant())) {
            return Reason.TENANT_CLOSED;
        }
        if (budget == null || !budget.budget().tenant().equals(command.tenant())) {
            return Reason.BUDGET_NOT_FOUND;
        }
        if (budget.status() == Budget.Status.CLOSED) {
            return Reason.BUDGET_CLOSED;
        }
        boolean startsAtZero = !Account.isSpendable(budget.budget().unit());
        boolean resets = command.adjustment() == Command.Adjustment.RESET_SPENT;
        return !budget.hasAccounts()
                        || command.per().size() != budget.budget().per().size()
                        || (startsAtZero && resets && command.amount() != 0)
                ? Reason.ACCOUNT_NOT_FOUND
                : null;
    }

    /// Why an adjustment goes too far: more is taken than is left, grants aside, or more is given than
    /// a limit may have.
    private static @Nullable Reason whyBeyond(
            Command.AdjustBudget command,
            BudgetState budget,
            Funding funding,
            Standing before,
            Instant now) {
        long whole = budget.whole(funding, now.toEpochMilli());
        return switch (command.adjustment()) {
            case CREDIT -> whole + command.amount() > Budget.MAX_LIMIT ? Reason.CAPACITY : null;
            case DEBIT -> {
                long own = whole - funding.granted(now.toEpochMilli());
                long left = Math.max(0, Math.min(own, before.remaining()));
                yield command.amount() > left ? Reason.BUDGET_EXCEEDED : null;
            }
            case RESET_SPENT, REPAY_DEBT -> null;
        };
    }

    /// Where an account stands with another funding. It is over its limit no longer once something is
    /// left and no more is owed than allowed.
    private static Standing after(
            BudgetState budget, Standing before, Funding changed, long spent, Instant now) {
        long nowMillis = now.toEpochMilli();
        Standing after =
                budget.standing(before.account(), changed, spent, before.held(), nowMillis);
        boolean covered = after.remaining() > 0 && after.debt() <= after.overdraftLimit();
        return covered
                ? budget.standing(
                        before.account(), changed.withinLimit(), spent, before.held(), nowMillis)
                : after;
    }

    Decision closeTenant(Command.CloseTenant command, Instant now) {
        List<Entry> entries = new ArrayList<>();
        if (!state.isClosed(command.tenant())) {
            entries.add(new Entry.TenantClosed(now, command.tenant(), command.by()));
        }
        int released = 0;
        boolean more = false;
        for (Hold hold : state.holds()) {
            if (hold.tenant().equals(command.tenant())
                    && hold.onExpiry() == Command.OnExpiry.RELEASE) {
                if (released == command.atMost()) {
                    more = true;
                    break;
                }
                CommandKey key = new CommandKey(hold.idValue(), 0);
                entries.add(SettleRule.released(hold, key, List.of(), Attribution.NONE, now));
                released++;
            }
        }
        return new Decision(new Outcome.TenantClosed(command.tenant(), released, more), entries);
    }

    Decision approve(Command.Approve command, Instant now) {
        Outcome known = recall(command.tenant(), command.key());
        if (known != null) {
            return new Decision(known, List.of());
        }
        if (state.isClosed(command.tenant())) {
            return Refusals.decision(Reason.TENANT_CLOSED);
        }
        Approval approval = state.approvals().byId(command.approval());
        BudgetState budget = approval == null ? null : state.budget(approval.account().budget());
        long nowMillis = now.toEpochMilli();
        if (approval == null
                || budget == null
                || !approval.tenant().equals(command.tenant())
                || !budget.isCurrent(approval.account(), now)
                || command.until().toEpochMilli() <= nowMillis) {
            return Refusals.decision(Reason.APPROVAL_NOT_FOUND);
        }
        if (budget.status() == Budget.Status.CLOSED) {
            return Refusals.decision(Reason.BUDGET_CLOSED);
        }
        AccountKey key = approval.account();
        Funding funding = budget.funding(key, budget.account(key), Relief.NONE);
        if (funding.isFull(nowMillis)
                || budget.whole(funding, nowMillis) + command.amount() > Budget.MAX_LIMIT) {
            return Refusals.decision(Reason.CAPACITY);
        }
        Funding.Grant grant = new Funding.Grant(command.amount(), command.until().toEpochMilli());
        Standing before = budget.standing(key, budget.account(key), nowMillis);
        Standing after =
                after(budget, before, funding.grant(grant, nowMillis), before.spent(), now);
        Entry entry =
                new Entry.ApprovalGranted(
                        now,
                        command.key(),
                        command.tenant(),
                        approval.id(),
                        key,
                        command.amount(),
                        command.until(),
                        after,
                        command.by());
        return new Decision(new Outcome.ApprovalGranted(approval.id(), after), List.of(entry));
    }

    Decision decline(Command.Decline command, Instant now) {
        Outcome known = recall(command.tenant(), command.key());
        if (known != null) {
            return new Decision(known, List.of());
        }
        if (state.isClosed(command.tenant())) {
            return Refusals.decision(Reason.TENANT_CLOSED);
        }
        Approval approval = state.approvals().byId(command.approval());
        if (approval == null || !approval.tenant().equals(command.tenant())) {
            return Refusals.decision(Reason.APPROVAL_NOT_FOUND);
        }
        Entry entry =
                new Entry.ApprovalDeclined(
                        now,
                        command.key(),
                        command.tenant(),
                        approval.id(),
                        approval.account(),
                        command.until(),
                        command.by());
        return new Decision(new Outcome.ApprovalDeclined(approval.id()), List.of(entry));
    }

    private @Nullable Outcome recall(TenantId tenant, CommandKey key) {
        return state.memory().recall(tenant, StateRecord.Operation.ADJUST, key);
    }
}
