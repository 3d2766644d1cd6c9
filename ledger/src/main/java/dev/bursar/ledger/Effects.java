package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The effect of each entry on the state: the only thing that changes it.
final class Effects {

    private final LedgerState state;

    Effects(LedgerState state) {
        this.state = state;
    }

    void apply(Entry entry) {
        switch (entry) {
            case Entry.BudgetDefined defined -> define(defined.budget());
            case Entry.BudgetRemoved removed -> state.remove(removed.budget());
            case Entry.BudgetStatusSet set -> set.budgets().forEach(id -> become(id, set.status()));
            case Entry.BudgetAdjusted adjusted -> adjust(adjusted);
            case Entry.TenantClosed closed -> state.close(closed.tenant());
            case Entry.ApprovalGranted granted -> grant(granted);
            case Entry.ApprovalDeclined declined -> decline(declined);
            case Entry.RunStopped(StoppedRun stop) ->
                    state.stoppedRuns().put(new StateRecord.StoppedRunState(stop, stop.at()));
            case Entry.RunResumed resumed ->
                    state.stoppedRuns().remove(resumed.tenant(), resumed.run());
            case Entry.Noted noted -> {}
            case Entry.Reserved reserved -> reserve(reserved);
            case Entry.Refused refused -> refuse(refused);
            case Entry.Evaluated evaluated -> evaluate(evaluated);
            case Entry.Committed committed -> commit(committed);
            case Entry.Released released -> release(released);
            case Entry.Extended extended -> extend(extended);
            case Entry.Expired expired -> expire(expired);
            case Entry.Charged charged -> charge(charged);
            case Entry.AccountsDropped dropped -> drop(dropped);
        }
        state.resumeAt(entry.at());
    }

    /// Budgets of a closed tenant stay closed, whatever an older ledger may have allowed.
    private void become(BudgetId id, Budget.Status status) {
        BudgetState budget = state.required(id);
        if (!state.isClosed(budget.budget().tenant())) {
            budget.become(status);
        }
    }

    private void define(Budget budget) {
        BudgetState known = state.budget(budget.id());
        if (known != null && known.hasShapeOf(budget)) {
            known.redefine(budget);
            return;
        }
        if (known != null) {
            state.remove(budget.id());
        }
        state.open(budget, known == null ? Budget.Status.ACTIVE : known.status());
    }

    private void reserve(Entry.Reserved entry) {
        List<Hold.Part> parts = new ArrayList<>(entry.postings().size());
        for (Entry.Posting posting : entry.postings()) {
            parts.add(
                    new Hold.Part(state.account(posting.account(), entry.at()), posting.amount()));
        }
        state.add(new Hold(entry, List.copyOf(parts)));
        remember(
                entry.tenant(),
                StateRecord.Operation.RESERVE,
                entry.key(),
                entry.granted().hold(),
                entry.at(),
                entry.granted());
    }

    private void commit(Entry.Committed entry) {
        Hold hold = state.end(entry.hold());
        for (Hold.Part part : hold.parts()) {
            Account account = part.account();
            Amounts amounts =
                    state.isHard(account.key().budget()) ? entry.charged() : entry.actual();
            Entry.Shortfall shortfall = shortfall(entry.shortfalls(), account.key());
            long debt = shortfall == null ? 0 : shortfall.debt();
            long spent =
                    Account.isSpendable(account.unit()) ? amounts.get(account.unit()) - debt : 0;
            state.settle(part, spent, shortfall, entry.at());
        }
        spend(entry.unheld(), entry.at());
        Outcome outcome = entry.outcome();
        entry.unheld().forEach(posting -> forgetRunOfOneCall(hold, posting.account()));
        ended(hold, entry.at(), StateRecord.Ending.COMMITTED, outcome);
        remember(
                entry.tenant(),
                StateRecord.Operation.COMMIT,
                entry.key(),
                entry.hold(),
                entry.at(),
                outcome);
    }

    private static Entry.@Nullable Shortfall shortfall(
            List<Entry.Shortfall> shortfalls, AccountKey account) {
        for (Entry.Shortfall shortfall : shortfalls) {
            if (shortfall.account().equals(account)) {
                return shortfall;
            }
        }
        return null;
    }

    private void extend(Entry.Extended entry) {
        Hold hold = state.end(entry.hold());
        hold.extend(entry.expiresAt(), entry.extensions());
        state.resume(hold);
        remember(
                entry.tenant(),
                StateRecord.Operation.EXTEND,
                entry.key(),
                entry.at(),
                entry.outcome());
    }

    private void release(Entry.Released entry) {
        Hold hold = state.end(entry.hold());
        giveBack(hold, entry.at());
        Outcome outcome = entry.outcome();
        ended(hold, entry.at(), StateRecord.Ending.RELEASED, outcome);
        remember(
                entry.tenant(),
                StateRecord.Operation.RELEASE,
                entry.key(),
                entry.hold(),
                entry.at(),
                outcome);
    }

    private void expire(Entry.Expired entry) {
        Hold hold = state.end(entry.hold());
        Outcome outcome;
        if (entry.charged()) {
            for (Hold.Part part : hold.parts()) {
                boolean spendable = Account.isSpendable(part.account().unit());
                state.settle(part, spendable ? part.amount() : 0, null, entry.at());
            }
            outcome = EndedHolds.spent(entry.hold(), entry.held());
        } else {
            giveBack(hold, entry.at());
            outcome = EndedHolds.returned(entry.hold(), entry.held());
        }
        ended(hold, entry.at(), StateRecord.Ending.EXPIRED, outcome);
    }

    private void giveBack(Hold hold, Instant at) {
        hold.parts().forEach(part -> state.settle(part, 0, null, at));
    }

    private void ended(Hold hold, Instant at, StateRecord.Ending ending, Outcome outcome) {
        hold.parts().forEach(part -> forgetRunOfOneCall(hold, part.account().key()));
        state.memory()
                .remember(new StateRecord.EndedHold(hold.id(), hold.tenant(), at, ending, outcome));
    }

    /// A run that has the name of its hold is that one call; a caller who uses that name for another call
    /// keeps the account.
    private void forgetRunOfOneCall(Hold hold, AccountKey key) {
        if (hold.idValue().equals(hold.subject().get(Subject.RUN))) {
            BudgetState budget = state.budget(key.budget());
            if (budget != null && budget.budget().per().contains(Subject.RUN)) {
                Account account = budget.account(key);
                if (account != null && !account.isInUse()) {
                    state.drop(budget, key);
                }
            }
        }
    }

    private void remember(
            TenantId tenant,
            StateRecord.Operation operation,
            CommandKey key,
            HoldId hold,
            Instant at,
            Outcome outcome) {
        if (!key.value().equals(hold.value())) {
            remember(tenant, operation, key, at, outcome);
        }
    }

    private void remember(
            TenantId tenant,
            StateRecord.Operation operation,
            CommandKey key,
            Instant at,
            Outcome outcome) {
        state.memory().remember(new StateRecord.Remembered(tenant, operation, key, at, outcome));
    }

    private void charge(Entry.Charged entry) {
        spend(entry.postings(), entry.at());
        for (Entry.Shortfall shortfall : entry.shortfalls()) {
            state.account(shortfall.account(), entry.at()).fallShort(shortfall);
        }
        remember(
                entry.tenant(),
                StateRecord.Operation.CHARGE,
                entry.key(),
                entry.at(),
                entry.outcome());
    }

    private void evaluate(Entry.Evaluated entry) {
        remember(
                entry.tenant(),
                entry.operation(),
                entry.key(),
                entry.at(),
                new Outcome.Evaluated(entry.answer()));
    }

    private void adjust(Entry.BudgetAdjusted entry) {
        Account account = state.account(entry.account(), entry.at());
        long amount = entry.amount();
        switch (entry.adjustment()) {
            case CREDIT -> account.fund(account.funding().credit(amount));
            case DEBIT -> account.fund(account.funding().debit(amount));
            case RESET_SPENT ->
                    account.reset(
                            amount,
                            state.required(entry.account().budget()).budget(),
                            entry.at().toEpochMilli());
            case REPAY_DEBT -> account.fund(account.funding().repay(amount));
        }
        if (!entry.standing().overLimit()) {
            account.fund(account.funding().withinLimit());
        }
        remember(
                entry.tenant(),
                StateRecord.Operation.ADJUST,
                entry.key(),
                entry.at(),
                new Outcome.BudgetAdjusted(amount, entry.standing()));
    }

    /// Opens the approvals that the refusal asked for. To be refused a reserve is a use of an account,
    /// too: who goes on asking does not rest. Nor does a stopped run that asks for anything.
    private void refuse(Entry.Refused entry) {
        if (entry.reason() == Reason.RUN_STOPPED) {
            state.stoppedRuns().ask(entry.tenant(), entry.subject().get(Subject.RUN), entry.at());
        }
        if (entry.operation() != StateRecord.Operation.RESERVE) {
            return;
        }
        for (Block block : entry.blocks()) {
            String id = block.approval();
            BudgetState budget = state.budget(block.account().budget());
            if (id != null && state.approvals().byId(id) == null) {
                state.account(block.account(), entry.at());
                state.approvals()
                        .open(
                                new Approval(
                                        id,
                                        entry.tenant(),
                                        block.account(),
                                        block.name(),
                                        block.unit(),
                                        block.asked(),
                                        entry.subject(),
                                        entry.at()));
            } else if (budget != null && budget.account(block.account()) != null) {
                state.account(block.account(), entry.at());
            }
        }
    }

    private void grant(Entry.ApprovalGranted entry) {
        state.approvals().close(entry.approval());
        Account account = state.account(entry.account(), entry.at());
        Funding.Grant grant = new Funding.Grant(entry.amount(), entry.until().toEpochMilli());
        account.fund(account.funding().grant(grant, entry.at().toEpochMilli()));
        if (!entry.standing().overLimit()) {
            account.fund(account.funding().withinLimit());
        }
        remember(
                entry.tenant(),
                StateRecord.Operation.ADJUST,
                entry.key(),
                entry.at(),
                new Outcome.ApprovalGranted(entry.approval(), entry.standing()));
    }

    private void decline(Entry.ApprovalDeclined entry) {
        state.approvals().close(entry.approval());
        Account account = state.account(entry.account(), entry.at());
        account.fund(account.funding().decline(entry.until().toEpochMilli()));
        remember(
                entry.tenant(),
                StateRecord.Operation.ADJUST,
                entry.key(),
                entry.at(),
                new Outcome.ApprovalDeclined(entry.approval()));
    }

    private void spend(List<Entry.Posting> postings, Instant at) {
        for (Entry.Posting posting : postings) {
            state.account(posting.account(), at).spend(posting.amount(), at.toEpochMilli());
        }
    }

    private void drop(Entry.AccountsDropped entry) {
        for (AccountKey key : entry.accounts()) {
            BudgetState budget = state.budget(key.budget());
            if (budget != null) {
                state.drop(budget, key);
            }
        }
    }
}
