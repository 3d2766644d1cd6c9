package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What naive books do with what people and the configuration want.
final class NaiveAdmin {

    private final NaiveBooks books;
    private final LedgerLimits limits;

    /// The account of each approval that somebody was told of.
    private final Map<String, AccountKey> approvals = new HashMap<>();

    NaiveAdmin(NaiveBooks books, LedgerLimits limits) {
        this.books = books;
        this.limits = limits;
    }

    String define(Budget budget) {
        if (books.closed.contains(budget.tenant())) {
            return "TENANT_CLOSED";
        }
        Budget known = books.budgets.get(budget.id().value());
        if (known == null && books.budgets.size() >= limits.maxBudgets()) {
            return "CAPACITY";
        }
        books.put(budget);
        return budget.equals(known) ? "defined as it was" : "defined";
    }

    String remove(BudgetId id) {
        if (!books.budgets.containsKey(id.value())) {
            return "BUDGET_NOT_FOUND";
        }
        books.remove(id);
        return "removed";
    }

    /// All or none.
    String setStatus(List<BudgetId> ids, Budget.Status status) {
        List<BudgetId> changed = new ArrayList<>();
        for (BudgetId id : ids) {
            Budget budget = books.budgets.get(id.value());
            if (budget == null) {
                return "BUDGET_NOT_FOUND";
            }
            Budget.Status before = books.status(id);
            if (before == Budget.Status.CLOSED && status != Budget.Status.CLOSED) {
                return books.closed.contains(budget.tenant()) ? "TENANT_CLOSED" : "BUDGET_CLOSED";
            }
            if (before != status) {
                changed.add(id);
            }
        }
        changed.forEach(id -> books.statuses.put(id.value(), status));
        return "set " + changed + " " + status;
    }

    String adjust(Command.AdjustBudget command, Instant now) {
        if (books.closed.contains(command.tenant())) {
            return "TENANT_CLOSED";
        }
        Budget budget = books.budgets.get(command.budget().value());
        if (budget == null || !budget.tenant().equals(command.tenant())) {
            return "BUDGET_NOT_FOUND";
        }
        if (books.status(budget.id()) == Budget.Status.CLOSED) {
            return "BUDGET_CLOSED";
        }
        boolean slots = budget.unit().equals(Unit.SLOTS) || budget.unit().equals(Unit.MILLIS);
        boolean resets = command.adjustment() == Command.Adjustment.RESET_SPENT;
        if (budget.window() instanceof Window.PerCall
                || command.per().size() != budget.per().size()
                || (slots && resets && command.amount() != 0)) {
            return "ACCOUNT_NOT_FOUND";
        }
        NaiveAccount account = books.peek(budget, command.per(), now, false);
        long own = Math.max(0, budget.limit() + account.credit);
        long left = Math.min(own, account.room(budget, books.held(account), now));
        long amount = command.amount();
        if (command.adjustment() == Command.Adjustment.DEBIT && amount > Math.max(0, left)) {
            return "BUDGET_EXCEEDED";
        }
        account = books.open(budget, command.per(), now);
        switch (command.adjustment()) {
            case CREDIT -> {
                long repaid = Math.min(amount, account.debt);
                account.debt -= repaid;
                account.credit += amount - repaid;
            }
            case DEBIT -> account.credit -= amount;
            case REPAY_DEBT -> {
                amount = Math.min(amount, account.debt);
                account.debt -= amount;
            }
            case RESET_SPENT -> {
                account.movements.clear();
                account.openedAt = budget.unit().equals(Unit.MILLIS) ? now : account.openedAt;
                account.spend(budget, now, amount);
            }
        }
        account.fundedIfCovered(budget, books.held(account), now);
        return "adjusted " + amount;
    }

    /// Somebody was told that a person can help.
    void learn(Outcome.Refused refused) {
        for (Block block : refused.blocks()) {
            if (block.approval() != null) {
                approvals.put(block.approval(), block.account());
            }
        }
    }

    String approve(Command.Approve command, Instant now) {
        if (books.closed.contains(command.tenant())) {
            return "TENANT_CLOSED";
        }
        NaiveAccount account = asking(command.approval(), command.tenant());
        if (account == null || !command.until().isAfter(now)) {
            return "APPROVAL_NOT_FOUND";
        }
        Budget budget = books.budget(account);
        if (!account.window.equals(NaiveBooks.window(budget, now))) {
            return "APPROVAL_NOT_FOUND";
        }
        if (books.status(budget.id()) == Budget.Status.CLOSED) {
            return "BUDGET_CLOSED";
        }
        account.asks = false;
        account.usedAt = now;
        account.declinedUntil = Instant.EPOCH;
        account.grants.add(new Funding.Grant(command.amount(), command.until().toEpochMilli()));
        account.fundedIfCovered(budget, books.held(account), now);
        return "granted " + command.approval();
    }

    String decline(Command.Decline command, Instant now) {
        if (books.closed.contains(command.tenant())) {
            return "TENANT_CLOSED";
        }
        NaiveAccount account = asking(command.approval(), command.tenant());
        if (account == null) {
            return "APPROVAL_NOT_FOUND";
        }
        account.asks = false;
        account.usedAt = now;
        account.declinedUntil = command.until();
        return "declined " + command.approval();
    }

    private @Nullable NaiveAccount asking(String approval, TenantId tenant) {
        AccountKey key = approvals.get(approval);
        NaiveAccount account = key == null ? null : books.account(key);
        boolean open =
                account != null && account.asks && books.budget(account).tenant().equals(tenant);
        return open ? account : null;
    }

    /// Closes its budgets, asks for nothing any more, and ends holds: which go first is the ledger's choice.
    String close(Command.CloseTenant command, List<HoldId> chosen, Instant now) {
        books.closed.add(command.tenant());
        for (Budget budget : books.budgets.values()) {
            if (budget.tenant().equals(command.tenant())) {
                books.statuses.put(budget.id().value(), Budget.Status.CLOSED);
                books.accounts.stream()
                        .filter(account -> account.budget.equals(budget.id()))
                        .forEach(account -> account.asks = false);
            }
        }
        long open =
                books.holds.values().stream()
                        .filter(hold -> hold.command.tenant().equals(command.tenant()))
                        .filter(hold -> hold.command.onExpiry() == Command.OnExpiry.RELEASE)
                        .count();
        for (HoldId id : chosen) {
            NaiveBooks.NaiveHold hold = books.holds.get(id);
            if (hold == null
                    || !hold.command.tenant().equals(command.tenant())
                    || hold.command.onExpiry() != Command.OnExpiry.RELEASE) {
                return "released a hold that stays: " + id;
            }
            books.giveBack(hold, now);
        }
        long released = Math.min(command.atMost(), open);
        return "closed " + command.tenant() + released(released, open > released);
    }

    static String released(long released, boolean more) {
        return " released " + released + (more ? " more" : "");
    }

    String stop(Command.StopRun command, Instant now) {
        if (books.closed.contains(command.tenant())) {
            return "TENANT_CLOSED";
        }
        NaiveBooks.Stop known = books.stop(command.tenant(), command.run(), now);
        if (known != null) {
            return "was stopped " + known.at();
        }
        books.stops.add(new NaiveBooks.Stop(command.tenant(), command.run(), now, now));
        return "stopped " + now;
    }

    String resume(Command.ResumeRun command, Instant now) {
        NaiveBooks.Stop known = books.stop(command.tenant(), command.run(), now);
        books.stops.remove(known);
        return known == null ? "RUN_NOT_STOPPED" : "resumed";
    }
}
