package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The rules of money in the plainest form that can be right: every movement is kept, and every balance is
/// added up anew. What the model test holds the ledger against, answer by answer.
///
/// Answers are texts, as in [ModelAnswers]: what was granted, charged or changed, or the reason of the
/// refusal.
final class NaiveLedger extends NaiveBooks {

    private final NaiveOffers offers = new NaiveOffers(this);
    private final NaiveSpending spending = new NaiveSpending(this);
    private final NaiveAdmin admin;
    private final LedgerLimits limits;

    NaiveLedger(LedgerLimits limits) {
        super(limits);
        this.limits = limits;
        this.admin = new NaiveAdmin(this, limits);
    }

    /// Whether the last sweep was over before it had looked at all: the next begins where it stopped.
    private boolean isMidway;

    /// What the ledger may choose itself.
    ///
    /// @param ended the holds that it has ended by itself, one after the other
    /// @param dropped the accounts that it has forgotten
    record Choice(List<HoldId> ended, List<AccountKey> dropped) {}

    String answer(Command command, Choice choice, Instant now) {
        String known = recall(command);
        return known == null ? anew(command, choice, now) : known;
    }

    private @Nullable String recall(Command command) {
        return switch (command) {
            case Command.Reserve c -> {
                String known = memory.recall(c.tenant(), StateRecord.Operation.RESERVE, c.key());
                yield known == null ? recallHold(c) : known;
            }
            case Command.Evaluate c -> recall(c);
            case Command.Commit c ->
                    recallEnd(c.tenant(), StateRecord.Operation.COMMIT, c.key(), c.hold());
            case Command.Release c ->
                    recallEnd(c.tenant(), StateRecord.Operation.RELEASE, c.key(), c.hold());
            case Command.Extend c ->
                    memory.recall(c.tenant(), StateRecord.Operation.EXTEND, c.key());
            case Command.Charge c ->
                    memory.recall(c.tenant(), StateRecord.Operation.CHARGE, c.key());
            case Command.AdjustBudget c ->
                    memory.recall(c.tenant(), StateRecord.Operation.ADJUST, c.key());
            case Command.Approve c ->
                    memory.recall(c.tenant(), StateRecord.Operation.ADJUST, c.key());
            case Command.Decline c ->
                    memory.recall(c.tenant(), StateRecord.Operation.ADJUST, c.key());
            case Command.DefineBudget _,
                    Command.RemoveBudget _,
                    Command.SetBudgetStatus _,
                    Command.CloseTenant _,
                    Command.Expire _,
                    Command.Refuse _,
                    Command.StopRun _,
                    Command.ResumeRun _,
                    Command.Note _ ->
                    null;
        };
    }

    private @Nullable String recall(Command.Evaluate command) {
        Command.Reserve reserve = command.reserve();
        String known = memory.recall(reserve.tenant(), command.operation(), reserve.key());
        boolean shared = command.operation() == StateRecord.Operation.RESERVE;
        return known == null && shared ? recallSpent(reserve) : known;
    }

    private @Nullable String recallSpent(Command.Reserve command) {
        return memory.recallSpent(command.tenant(), StateRecord.Operation.RESERVE, command.key());
    }

    private @Nullable String recallHold(Command.Reserve command) {
        NaiveHold open = holds.get(command.hold());
        if (open == null) {
            boolean named = command.key().value().equals(command.hold().value());
            return memory.ended(command.hold()) != null
                    ? "HOLD_EXISTS"
                    : named ? null : recallSpent(command);
        }
        boolean same =
                open.command.tenant().equals(command.tenant())
                        && open.command.key().value().equals(command.key().value());
        return same && open.granted != null
                ? NaiveMemory.repeat(open.command.key(), command.key(), open.granted)
                : "HOLD_EXISTS";
    }

    /// A key that is the name of its hold is remembered with the hold, whatever its fingerprint.
    private @Nullable String recallEnd(
            TenantId tenant, StateRecord.Operation operation, CommandKey key, HoldId hold) {
        String known = memory.recall(tenant, operation, key);
        NaiveMemory.Ended ended = memory.ended(hold);
        boolean same =
                ended != null
                        && ended.tenant().equals(tenant)
                        && key.value().equals(hold.value())
                        && ended.ending()
                                == (operation == StateRecord.Operation.COMMIT
                                        ? StateRecord.Ending.COMMITTED
                                        : StateRecord.Ending.RELEASED);
        return known == null && ended != null && same ? "repeated " + ended.outcome() : known;
    }

    private String anew(Command command, Choice choice, Instant now) {
        return switch (command) {
            case Command.DefineBudget define -> admin.define(define.budget());
            case Command.RemoveBudget remove -> admin.remove(remove.budget());
            case Command.SetBudgetStatus set -> admin.setStatus(set.budgets(), set.status());
            case Command.AdjustBudget adjust -> admin.adjust(adjust, now);
            case Command.CloseTenant close -> admin.close(close, choice.ended(), now);
            case Command.Reserve reserve -> reserve(reserve, now);
            case Command.Evaluate evaluate -> evaluate(evaluate, now);
            case Command.Commit commit -> commit(commit, now);
            case Command.Release release -> release(release, now);
            case Command.Extend extend -> extend(extend, now);
            case Command.Charge charge -> spending.charge(charge, now);
            case Command.Expire expire -> expire(expire, choice, now);
            case Command.Approve approve -> admin.approve(approve, now);
            case Command.Decline decline -> admin.decline(decline, now);
            case Command.Refuse refuse -> {
                if (refuse.reason() == Reason.RUN_STOPPED) {
                    ask(refuse.tenant(), refuse.subject().get(Subject.RUN), now);
                }
                yield refuse.reason().toString();
            }
            case Command.StopRun stop -> admin.stop(stop, now);
            case Command.ResumeRun resume -> admin.resume(resume, now);
            case Command.Note _ -> "noted";
        };
    }

    /// Remembers what a command that was no repeat has been answered.
    void learn(Command command, Outcome outcome, Instant at) {
        switch (command) {
            case Command.Reserve c when outcome instanceof Outcome.Granted -> {
                Objects.requireNonNull(holds.get(c.hold())).granted = outcome;
                if (!c.key().value().equals(c.hold().value())) {
                    memory.add(c.tenant(), StateRecord.Operation.RESERVE, c.key(), at, outcome);
                }
            }
            case Command.Reserve _ when outcome instanceof Outcome.Refused refused ->
                    admin.learn(refused);
            case Command.Evaluate c when outcome instanceof Outcome.Evaluated ->
                    memory.add(c.reserve().tenant(), c.operation(), c.reserve().key(), at, outcome);
            case Command.Commit c when outcome instanceof Outcome.Committed ->
                    learnEnd(
                            c.tenant(),
                            StateRecord.Operation.COMMIT,
                            StateRecord.Ending.COMMITTED,
                            c.key(),
                            c.hold(),
                            at,
                            outcome);
            case Command.Release c when outcome instanceof Outcome.Released ->
                    learnEnd(
                            c.tenant(),
                            StateRecord.Operation.RELEASE,
                            StateRecord.Ending.RELEASED,
                            c.key(),
                            c.hold(),
                            at,
                            outcome);
            case Command.Extend c when outcome instanceof Outcome.Extended ->
                    memory.add(c.tenant(), StateRecord.Operation.EXTEND, c.key(), at, outcome);
            case Command.Charge c when outcome instanceof Outcome.Charged ->
                    memory.add(c.tenant(), StateRecord.Operation.CHARGE, c.key(), at, outcome);
            case Command.AdjustBudget c when outcome instanceof Outcome.BudgetAdjusted ->
                    memory.add(c.tenant(), StateRecord.Operation.ADJUST, c.key(), at, outcome);
            case Command.Approve c when outcome instanceof Outcome.ApprovalGranted ->
                    memory.add(c.tenant(), StateRecord.Operation.ADJUST, c.key(), at, outcome);
            case Command.Decline c when outcome instanceof Outcome.ApprovalDeclined ->
                    memory.add(c.tenant(), StateRecord.Operation.ADJUST, c.key(), at, outcome);
            case Command _ -> {}
        }
    }

    private void learnEnd(
            TenantId tenant,
            StateRecord.Operation operation,
            StateRecord.Ending ending,
            CommandKey key,
            HoldId hold,
            Instant at,
            Outcome outcome) {
        memory.add(new NaiveMemory.Ended(hold, tenant, ending, at, outcome));
        if (!key.value().equals(hold.value())) {
            memory.add(tenant, operation, key, at, outcome);
        }
    }

    private String reserve(Command.Reserve command, Instant now) {
        if (closed.contains(command.tenant())) {
            return "TENANT_CLOSED";
        }
        if (ask(command.tenant(), command.subject().get(Subject.RUN), now)) {
            return "RUN_STOPPED";
        }
        if (holds.size() >= limits.maxHolds()) {
            return "CAPACITY";
        }
        if (!offers.fits(command, now)) {
            expire(now);
        }
        String answer = offers.advice(command, now);
        if (answer == null) {
            answer = offers.answer(command, now, false);
        }
        if (answer.startsWith("granted")) {
            hold(command, now);
        } else if (answer.startsWith("BUDGET_EXCEEDED")) {
            offers.blocking(command, now, false).forEach(view -> used(view, command, now));
        }
        return answer;
    }

    private String evaluate(Command.Evaluate question, Instant now) {
        Command.Reserve command = question.reserve();
        String answer;
        if (closed.contains(command.tenant())) {
            answer = "TENANT_CLOSED";
        } else if (stop(command.tenant(), command.subject().get(Subject.RUN), now) != null) {
            answer = "RUN_STOPPED";
        } else if (holds.size() >= limits.maxHolds()) {
            answer = "CAPACITY";
        } else {
            answer = offers.answer(command, now, true);
        }
        if (answer.equals("UNIT_MISMATCH")
                && matching(command.tenant(), command.subject()).stream()
                        .noneMatch(budget -> question.canName(budget.unit()))) {
            answer = "BUDGET_NOT_FOUND";
        }
        return answer.equals("CAPACITY") || answer.equals("UNIT_MISMATCH")
                ? answer
                : "evaluated " + answer;
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
    private void used(NaiveOffers.View view, Command.Reserve command, Instant now) {
        boolean asks = offers.asks(view, command, true);
        if (asks || accounts.contains(view.account())) {
            open(view.budget(), per(view.budget(), command.subject()), now).asks |= asks;
        }
    }

    private String commit(Command.Commit command, Instant now) {
        NaiveHold hold = holds.get(command.hold());
        String refused = whyNot(hold, command.hold(), command.tenant(), now);
        if (refused != null || hold == null) {
            return String.valueOf(refused);
        }
        return hold.command.scoped() && !hold.held.units().equals(command.actual().units())
                ? "UNIT_MISMATCH"
                : spending.commit(hold, command.actual(), now);
    }

    private String release(Command.Release command, Instant now) {
        NaiveHold hold = holds.get(command.hold());
        String refused = whyNot(hold, command.hold(), command.tenant(), now);
        if (refused != null || hold == null) {
            return String.valueOf(refused);
        }
        holds.remove(command.hold());
        hold.shares.forEach(share -> share.account().usedAt = now);
        return "released " + hold.held;
    }

    private String extend(Command.Extend command, Instant now) {
        NaiveHold hold = holds.get(command.hold());
        String refused = whyNot(hold, command.hold(), command.tenant(), now);
        if (refused != null || hold == null) {
            return String.valueOf(refused);
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
        return "extended " + hold.expiresAt + " " + hold.extensions;
    }

    private @Nullable String whyNot(
            @Nullable NaiveHold hold, HoldId id, TenantId tenant, Instant now) {
        TenantId owner = owner(id);
        if (owner == null) {
            return "HOLD_NOT_FOUND";
        }
        if (!owner.equals(tenant)) {
            return "HOLD_OF_OTHER_TENANT";
        }
        if (closed.contains(tenant)
                && (hold == null || hold.command.onExpiry() == Command.OnExpiry.RELEASE)) {
            return "TENANT_CLOSED";
        }
        NaiveMemory.Ended ended = memory.ended(id);
        if (hold == null && ended != null) {
            return ended.ending() == StateRecord.Ending.EXPIRED ? "HOLD_EXPIRED" : "HOLD_FINALIZED";
        }
        if (hold != null && hold.isLate(now)) {
            end(hold, now);
            return "HOLD_EXPIRED";
        }
        return null;
    }

    /// Whose a hold is that is open, or that is remembered.
    @Nullable TenantId owner(HoldId id) {
        NaiveHold hold = holds.get(id);
        NaiveMemory.Ended ended = memory.ended(id);
        return hold != null ? hold.command.tenant() : ended != null ? ended.tenant() : null;
    }

    /// Ends what is due, the earliest first, and forgets accounts. Which of these go first is the ledger's
    /// choice, and when those of past windows do; but none that has rested stays when all were looked at.
    private String expire(Command.Expire command, Choice choice, Instant now) {
        List<NaiveAccount> rested = rested(now);
        List<NaiveHold> due = due(now);
        List<NaiveHold> ended = due.subList(0, Math.min(due.size(), command.atMost()));
        for (AccountKey key : choice.dropped()) {
            NaiveAccount account = account(key);
            boolean past = account != null && account.window.isBefore(window(budget(account), now));
            if (!past && !rested.contains(account)) {
                return "dropped an account that stays: " + key;
            }
            if (!past) {
                accounts.remove(account);
            }
        }
        ended.forEach(hold -> end(hold, now));
        int done = ended.size() + choice.dropped().size();
        boolean goesOn = isMidway;
        boolean more = done >= command.atMost();
        isMidway = more;
        List<AccountKey> kept =
                rested.stream().filter(accounts::contains).map(NaiveAccount::key).toList();
        return !kept.isEmpty() && !more && !goesOn
                ? "kept accounts that have rested: " + kept
                : "expired " + ended.size() + " dropped " + choice.dropped().size() + " " + more;
    }
}
