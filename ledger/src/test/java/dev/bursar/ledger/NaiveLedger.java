package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rules of money in the plainest form that can be right: every movement is kept, and every balance is
/// added up anew. What the model test holds the ledger against, answer by answer.
///
/// Answers are texts: what was granted, charged or changed, or the reason of the refusal.
final class NaiveLedger extends NaiveBooks {

    private final NaiveOffers offers = new NaiveOffers(this);
    private final NaiveSpending spending = new NaiveSpending(this);
    private boolean closed;

    /// When something was asked last for a run that is stopped.
    private final Map<String, Instant> stopped = new HashMap<>();

    String reserve(Command.Reserve command, Instant now) {
        if (closed) {
            return "TENANT_CLOSED";
        }
        String run = command.subject().get(Subject.RUN);
        if (isStopped(run, now)) {
            stopped.put(String.valueOf(run), now);
            return "RUN_STOPPED";
        }
        boolean takesLess = command.shortage() == Command.Shortage.TAKE;
        if (!offers.blocks(command, now, false).isEmpty()
                || (!takesLess && !offers.grantable(command, now, false).equals(command.asked()))) {
            expire(now);
        }
        String answer = offers.advice(command, now);
        if (answer == null) {
            answer = answer(command, now, false);
        }
        if (answer.startsWith("granted")) {
            hold(command, now);
        } else if (answer.startsWith("BUDGET_EXCEEDED")) {
            for (NaiveOffers.View view : offers.blocking(command, now, false)) {
                ask(view, command, now);
            }
        }
        return answer;
    }

    /// @param relieved whether holds that are past their time count as ended
    String answer(Command.Reserve command, Instant now, boolean relieved) {
        if (closed) {
            return "TENANT_CLOSED";
        }
        if (isStopped(command.subject().get(Subject.RUN), now)) {
            return "RUN_STOPPED";
        }
        String missing = command.scoped() ? missing(command.subject(), command.asked()) : null;
        if (missing != null) {
            return missing;
        }
        List<String> blocks = offers.blocks(command, now, relieved);
        if (!blocks.isEmpty()) {
            return "BUDGET_EXCEEDED " + blocks;
        }
        Amounts granted = offers.grantable(command, now, relieved);
        boolean isShort = !granted.equals(command.asked());
        return isShort && command.shortage() == Command.Shortage.ASK_AGAIN
                ? "SHORTAGE"
                : "granted " + granted;
    }

    String stop(String run, Instant now) {
        if (closed) {
            return "TENANT_CLOSED";
        }
        if (isStopped(run, now)) {
            return "was stopped";
        }
        stopped.put(run, now);
        return "stopped";
    }

    String resume(String run, Instant now) {
        boolean was = isStopped(run, now);
        stopped.remove(run);
        return was ? "resumed" : "RUN_NOT_STOPPED";
    }

    private boolean isStopped(@Nullable String run, Instant now) {
        Instant asked = run == null ? null : stopped.get(run);
        return asked != null && now.isBefore(asked.plus(Duration.ofDays(1)));
    }

    private void hold(Command.Reserve command, Instant now) {
        Amounts granted = offers.grantable(command, now, false);
        List<Share> shares = new ArrayList<>();
        for (NaiveOffers.View view : offers.views(command, now, false)) {
            Budget budget = view.budget();
            if (!(budget.window() instanceof Window.PerCall)) {
                boolean time = budget.unit().equals(Unit.MILLIS);
                NaiveAccount account = open(budget, per(budget, command.subject()), now);
                shares.add(new Share(account, time ? 0 : granted.get(budget.unit())));
            }
        }
        holds.put(command.hold(), new NaiveHold(command, granted, shares, now.plus(command.ttl())));
    }

    /// Being refused is a use; and where a person may help, one is asked.
    private void ask(NaiveOffers.View view, Command.Reserve command, Instant now) {
        Budget budget = view.budget();
        Block.Cause cause = offers.cause(view, command);
        boolean asks =
                (cause == Block.Cause.SPENT || cause == Block.Cause.ABOVE_LIMIT)
                        && !(budget.window() instanceof Window.PerCall)
                        && budget.ladder().stream()
                                .anyMatch(s -> s.action() == Budget.Step.Action.APPROVE)
                        && !view.account().declinedUntil.isAfter(now);
        if (asks || accounts.contains(view.account())) {
            NaiveAccount account = open(budget, per(budget, command.subject()), now);
            if (asks && account.approval == null) {
                account.approval = "asked";
            }
        }
    }

    String commit(Command.Commit command, Instant now) {
        NaiveHold hold = holds.get(command.hold());
        String refused = whyNot(hold, now);
        if (refused != null || hold == null) {
            return refused == null ? "refused" : refused;
        }
        if (hold.command.scoped() && !hold.held.units().equals(command.actual().units())) {
            return "UNIT_MISMATCH";
        }
        Command.Overage overage = hold.command.overage();
        Amounts charged = command.actual();
        for (Unit unit : command.actual().units()) {
            long over = command.actual().get(unit) - hold.held.get(unit);
            boolean counted = !unit.equals(Unit.SLOTS) && !unit.equals(Unit.MILLIS);
            if (hold.held.has(unit) && over > 0 && counted) {
                if (overage == Command.Overage.REJECT) {
                    return "OVERAGE_REJECTED";
                }
                long take = spending.covered(spending.hard(hold.shares, unit), over, overage, now);
                if (take < 0) {
                    return "OVERDRAFT_EXCEEDED";
                }
                charged = charged.with(unit, command.actual().get(unit) - over + take);
            }
        }
        holds.remove(command.hold());
        for (Share share : hold.shares) {
            spending.settle(share, hold, command.actual(), charged, now);
        }
        for (Budget budget : matching(hold.command.subject())) {
            if (!hold.held.has(budget.unit())) {
                spending.spend(budget, hold.command.subject(), command.actual(), now);
            }
        }
        return "committed " + charged;
    }

    String release(HoldId id, Instant now) {
        NaiveHold hold = holds.get(id);
        String refused = whyNot(hold, now);
        if (refused != null || hold == null) {
            return refused == null ? "refused" : refused;
        }
        holds.remove(id);
        hold.shares.forEach(share -> share.account().usedAt = now);
        return "released";
    }

    String extend(Command.Extend command, Instant now) {
        NaiveHold hold = holds.get(command.hold());
        String refused = whyNot(hold, now);
        if (refused != null || hold == null) {
            return refused == null ? "refused" : refused;
        }
        if (now.isAfter(hold.expiresAt)) {
            return "HOLD_EXPIRED";
        }
        if (hold.extensions >= command.atMost()) {
            return "EXTENSIONS_EXHAUSTED";
        }
        hold.extensions++;
        Instant latest = now.plus(Command.Reserve.MAX_TTL);
        Instant wanted = hold.expiresAt.plus(command.by());
        hold.expiresAt = wanted.isAfter(latest) ? latest : wanted;
        return "extended " + hold.expiresAt;
    }

    private @Nullable String whyNot(@Nullable NaiveHold hold, Instant now) {
        if (hold == null) {
            return "refused";
        }
        if (closed && hold.command.onExpiry() == Command.OnExpiry.RELEASE) {
            return "TENANT_CLOSED";
        }
        if (hold.isLate(now)) {
            end(hold, now);
            return "HOLD_EXPIRED";
        }
        return null;
    }

    String charge(Command.Charge command, Instant now) {
        Command.Overage overage = command.overage();
        if (!NaiveSpending.isAlways(overage)) {
            if (closed) {
                return "TENANT_CLOSED";
            }
            String missing = command.scoped() ? missing(command.subject(), command.actual()) : null;
            if (missing != null) {
                return missing;
            }
            for (Budget budget : matching(command.subject())) {
                if (command.actual().has(budget.unit())
                        && status(budget.id()) != Budget.Status.ACTIVE) {
                    return "BUDGET_EXCEEDED";
                }
            }
        }
        Amounts charged = command.actual();
        for (Unit unit : command.actual().units()) {
            List<NaiveAccount> targets = new ArrayList<>();
            for (Budget budget : matching(command.subject())) {
                if (budget.unit().equals(unit)
                        && budget.mode() == Budget.Mode.HARD
                        && !(budget.window() instanceof Window.PerCall)) {
                    targets.add(peek(budget, per(budget, command.subject()), now, false));
                }
            }
            long over = command.actual().get(unit);
            if (overage == Command.Overage.REJECT) {
                for (NaiveAccount account : targets) {
                    long room = account.room(budget(account), held(account), now);
                    if (over > Math.max(0, room)) {
                        return "OVERAGE_REJECTED";
                    }
                }
            } else {
                long take = spending.covered(targets, over, overage, now);
                if (take < 0) {
                    return "OVERDRAFT_EXCEEDED";
                }
                charged = charged.with(unit, take);
            }
        }
        for (Budget budget : matching(command.subject())) {
            spending.charge(budget, command, charged, now);
        }
        return "charged " + charged;
    }

    String adjust(Command.AdjustBudget command, Instant now) {
        if (closed) {
            return "TENANT_CLOSED";
        }
        Budget budget = budgets.get(command.budget().value());
        if (budget == null) {
            return "BUDGET_NOT_FOUND";
        }
        if (status(budget.id()) == Budget.Status.CLOSED) {
            return "BUDGET_CLOSED";
        }
        boolean slots = budget.unit().equals(Unit.SLOTS) || budget.unit().equals(Unit.MILLIS);
        boolean resets = command.adjustment() == Command.Adjustment.RESET_SPENT;
        if (budget.window() instanceof Window.PerCall
                || (slots && resets && command.amount() != 0)) {
            return "ACCOUNT_NOT_FOUND";
        }
        NaiveAccount account = peek(budget, command.per(), now, false);
        long own = Math.max(0, budget.limit() + account.credit);
        long left = Math.min(own, account.room(budget, held(account), now));
        long amount = command.amount();
        if (command.adjustment() == Command.Adjustment.DEBIT && amount > Math.max(0, left)) {
            return "BUDGET_EXCEEDED";
        }
        account = open(budget, command.per(), now);
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
        account.fundedIfCovered(budget, held(account), now);
        return "adjusted " + amount;
    }

    /// Grants or, without an amount, declines what the account of a budget asks for.
    String answer(AccountKey key, long amount, Instant until, Instant now) {
        Budget budget = budgets.get(key.budget().value());
        if (budget == null) {
            return "APPROVAL_NOT_FOUND";
        }
        NaiveAccount account = peek(budget, key.per(), now, false);
        if (account.approval == null
                || window(budget, now).toEpochMilli() != key.windowStartMillis()) {
            return "APPROVAL_NOT_FOUND";
        }
        if (amount > 0 && status(budget.id()) == Budget.Status.CLOSED) {
            return "BUDGET_CLOSED";
        }
        account.approval = null;
        account.usedAt = now;
        if (amount == 0) {
            account.declinedUntil = until;
            return "declined";
        }
        account.declinedUntil = Instant.EPOCH;
        account.grants.add(new Funding.Grant(amount, until.toEpochMilli()));
        account.fundedIfCovered(budget, held(account), now);
        return "granted";
    }

    void close(Instant now) {
        closed = true;
        budgets.values().forEach(budget -> set(budget.id(), Budget.Status.CLOSED));
        accounts.forEach(account -> account.approval = null);
        for (NaiveHold hold : List.copyOf(holds.values())) {
            if (hold.command.onExpiry() == Command.OnExpiry.RELEASE) {
                holds.remove(hold.command.hold());
                hold.shares.forEach(share -> share.account().usedAt = now);
            }
        }
    }
}
