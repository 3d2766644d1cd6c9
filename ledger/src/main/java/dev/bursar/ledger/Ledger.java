package dev.bursar.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The state of all budgets, and the rules that change it.
///
/// `decide` is a pure function of the state, a command and a time; `apply` is the only mutation. Not
/// safe for use by several threads: one writer owns a ledger.
public final class Ledger {

    /// How many accounts of one budget [#balances] looks at.
    public static final int MAX_LOOKED = 20_000;

    /// How many accounts of one budget one question for a part of its balances looks at.
    public static final int MAX_WALKED = 2_000;

    private final LedgerState state;
    private final Effects effects;
    private final ReserveRule reserve;
    private final SettleRule settle;
    private final ChargeRule charges;
    private final AdminRule admin;
    private final RunRule runs;

    public Ledger(LedgerLimits limits) {
        this(limits, new LedgerState(limits));
    }

    private Ledger(LedgerLimits limits, LedgerState state) {
        this.state = state;
        this.effects = new Effects(state);
        this.reserve = new ReserveRule(state, limits);
        this.settle = new SettleRule(state);
        this.charges = new ChargeRule(state);
        this.admin = new AdminRule(state, limits);
        this.runs = new RunRule(state);
    }

    /// Rebuilds a ledger from the records of [#state].
    public static Ledger restore(LedgerLimits limits, Stream<StateRecord> state) {
        return new Ledger(limits, Snapshot.read(limits, state));
    }

    /// Decides a command. Changes nothing, beside where the next [Command.Expire] looks first.
    ///
    /// @param now never earlier than the time of the last entry
    public Decision decide(Command command, Instant now) {
        if (now.isBefore(state.lastAt())) {
            throw new IllegalArgumentException(
                    "time goes back: " + now + " is before " + state.lastAt());
        }
        return switch (command) {
            case Command.DefineBudget define -> admin.define(define, now);
            case Command.RemoveBudget remove -> admin.remove(remove, now);
            case Command.SetBudgetStatus set -> admin.setStatus(set, now);
            case Command.AdjustBudget adjust -> admin.adjust(adjust, now);
            case Command.CloseTenant close -> admin.closeTenant(close, now);
            case Command.Approve approve -> admin.approve(approve, now);
            case Command.Decline decline -> admin.decline(decline, now);
            case Command.StopRun stop -> runs.stop(stop, now);
            case Command.ResumeRun resume -> runs.resume(resume, now);
            case Command.Refuse refuse -> runs.refuse(refuse, now);
            case Command.Note note ->
                    new Decision(
                            new Outcome.Noted(),
                            List.of(new Entry.Noted(now, note.tenant(), note.by())));
            case Command.Reserve wanted -> reserve.decide(wanted, now);
            case Command.Evaluate evaluate -> reserve.evaluate(evaluate, now);
            case Command.Commit commit -> settle.commit(commit, now);
            case Command.Release release -> settle.release(release, now);
            case Command.Extend extend -> settle.extend(extend, now);
            case Command.Charge charge -> charges.charge(charge, now);
            case Command.Expire expire -> settle.expire(expire, now);
        };
    }

    /// Makes an entry part of the state. Cannot refuse: an entry that does not fit the state means that
    /// the journal is not the one of this ledger, and throws.
    public void apply(Entry entry) {
        effects.apply(entry);
    }

    /// All state, in an order that depends on nothing but the state: two ledgers are equal when these
    /// are.
    public Stream<StateRecord> state() {
        return Snapshot.write(state);
    }

    /// The time of the last entry, the epoch when there is none.
    public Instant lastAt() {
        return state.lastAt();
    }

    /// The open budgets, by id.
    public Collection<Budget> budgets() {
        return state.budgets().stream().map(BudgetState::budget).toList();
    }

    /// An open budget, or null.
    public @Nullable Budget budget(BudgetId id) {
        BudgetState budget = state.budget(id);
        return budget == null ? null : budget.budget();
    }

    /// Whether a budget lets anything through, or null when there is no such budget.
    public Budget.@Nullable Status status(BudgetId id) {
        BudgetState budget = state.budget(id);
        return budget == null ? null : budget.status();
    }

    /// Balances of the accounts of one budget that are current at `now`, at most `atMost`, those with the
    /// largest part of their limit in use first. Of a budget with very many accounts, only the
    /// [#MAX_LOOKED] that were opened or used last are looked at.
    public List<Balance> balances(BudgetId id, int atMost, Instant now) {
        BudgetState budget = state.budget(id);
        if (budget == null) {
            return List.of();
        }
        Comparator<Balance> byUse = Comparator.comparingLong(b -> b.spent() + b.held());
        PriorityQueue<Balance> fullest =
                new PriorityQueue<>(
                        byUse.thenComparing(
                                b -> b.account().per().toString(), Comparator.reverseOrder()));
        budget.latest(now, MAX_LOOKED)
                .forEach(account -> {
                    fullest.add(balance(budget, account, now));
                    if (fullest.size() > atMost) {
                        fullest.remove();
                    }
                });
        return fullest.stream().sorted(fullest.comparator().reversed()).toList();
    }

    /// How many accounts [#balances] looks at, or a few more.
    public int looked(BudgetId id) {
        BudgetState budget = state.budget(id);
        return budget == null ? 0 : Math.min(budget.size(), MAX_LOOKED);
    }

    /// A budget with its fullest balances, at most `atMost`, or null when there is no such budget.
    public @Nullable BudgetBalances fullest(BudgetId id, int atMost, Instant now) {
        BudgetState budget = state.budget(id);
        return budget == null
                ? null
                : new BudgetBalances(
                        budget.budget(),
                        budget.status(),
                        atMost == 0 ? List.of() : balances(id, atMost, now));
    }

    /// Current balances of one budget in an order that no account changes: each that is there from the
    /// first page to the last is on one page. One question looks at no more than [#MAX_WALKED] accounts.
    ///
    /// @return null when there is no such budget, or the window is over that the query goes on with
    public @Nullable BalancesPage balances(BalancesQuery query, Instant now) {
        BudgetState budget = state.budget(query.budget());
        return budget == null
                ? null
                : AccountWalk.page(
                        budget,
                        query,
                        budget.windowStart(now),
                        account -> balance(budget, account, now));
    }

    private static Balance balance(BudgetState budget, Account account, Instant now) {
        long nowMillis = now.toEpochMilli();
        return new Balance(
                budget.budget(),
                budget.status(),
                account.key(),
                budget.limit(account.funding(), nowMillis),
                account.spent(nowMillis),
                account.held(),
                account.overrun(),
                account.funding(),
                budget.resetsAt(now));
    }

    /// What an account has added up to, or null when it is not there.
    public @Nullable Sums sums(AccountKey key) {
        BudgetState budget = state.budget(key.budget());
        Account account = budget == null ? null : budget.account(key);
        if (account == null) {
            return null;
        }
        long nowMillis = state.lastAt().toEpochMilli();
        Funding funding = account.funding();
        return new Sums(
                account.spentEver(),
                account.counted(nowMillis),
                account.held(),
                funding.debt(),
                funding.uncovered(),
                funding.credit(),
                funding.granted(nowMillis));
    }

    /// Where a tenant's budgets with a scope path stand, by path and unit: for each the tightest, as in
    /// the outcomes of commands.
    public List<Standing> standings(TenantId tenant, Instant now) {
        List<Standing> all =
                state.budgets(tenant).stream()
                        .filter(b -> Standings.isTold(b.budget()) && b.hasAccounts())
                        .map(b -> {
                            AccountKey key = b.currentAccount(List.of(), now);
                            return b.standing(key, b.account(key), now.toEpochMilli());
                        })
                        .toList();
        return Standings.tightest(all, state).stream()
                .sorted(
                        Comparator.comparing((Standing s) -> String.valueOf(s.scope()))
                                .thenComparing(Standing::unit))
                .toList();
    }

    /// Where an account stands, or null when it is not open.
    @Nullable Standing standing(AccountKey key, Instant now) {
        BudgetState budget = state.budget(key.budget());
        Account account = budget == null ? null : budget.account(key);
        return budget == null || account == null
                ? null
                : budget.standing(key, account, now.toEpochMilli());
    }

    /// An open hold, or null.
    public StateRecord.@Nullable HoldState hold(HoldId id) {
        Hold hold = state.hold(id);
        return hold == null ? null : Snapshot.record(hold);
    }

    /// How a hold ended that the ledger still remembers, or null.
    public StateRecord.@Nullable EndedHold ended(HoldId id) {
        return state.memory().ended(id);
    }

    /// The approvals of a tenant that wait for a person, the oldest first.
    public List<Approval> approvals(TenantId tenant) {
        return state.approvals().all().stream()
                .filter(approval -> approval.tenant().equals(tenant))
                .toList();
    }

    /// The approvals that wait for a person, of all tenants, the oldest first.
    public List<Approval> approvals() {
        return List.copyOf(state.approvals().all());
    }

    /// The stop that holds for a run, or null when the run may go on.
    public @Nullable StoppedRun stopped(TenantId tenant, String run, Instant now) {
        return state.stoppedRuns().of(tenant, run, now);
    }

    /// Whether the end of a tenant has begun; see [#leftToClose].
    boolean isClosed(TenantId tenant) {
        return state.isClosed(tenant);
    }

    /// Those of some tenants that a [Command.CloseTenant] has something left to do for: they are not
    /// closed, or have holds left that it releases.
    public Set<TenantId> leftToClose(Set<TenantId> tenants) {
        Set<TenantId> left = new HashSet<>(tenants);
        left.removeIf(state::isClosed);
        if (left.size() < tenants.size()) {
            for (Hold hold : state.holds()) {
                if (hold.onExpiry() == Command.OnExpiry.RELEASE
                        && tenants.contains(hold.tenant())) {
                    left.add(hold.tenant());
                }
            }
        }
        return left;
    }

    /// The hard budget that has the smallest share left once a hold has ended with `actual` spent, or null
    /// when there is no such hold or no hard budget has a part of it. Of the same budgets, in the same
    /// order, as [Outcome.Granted#tightest] was before.
    ///
    /// @param actual nothing, for a hold that is released
    public Outcome.@Nullable Remaining leftAfter(HoldId id, Amounts actual, Instant now) {
        Hold hold = state.hold(id);
        if (hold == null) {
            return null;
        }
        Outcome.Remaining tightest = null;
        for (Hold.Part part : hold.parts()) {
            BudgetState budget = state.budget(part.account().key().budget());
            if (budget != null && budget.budget().mode() == Budget.Mode.HARD) {
                Account account = part.account();
                long limit = budget.limit(account.key(), account, now.toEpochMilli());
                long used = account.usedAfter(part.amount(), actual, now.toEpochMilli());
                tightest = Ladder.tighter(tightest, budget.budget(), limit, used);
            }
        }
        return tightest;
    }

    /// How many holds are open.
    public int holds() {
        return state.holds().size();
    }

    /// How many accounts there are.
    public int accounts() {
        return state.accounts();
    }

    /// Checks what must always be true of the state itself.
    ///
    /// @throws IllegalStateException naming the first thing that is not
    public void checkInvariants() {
        Invariants.check(state);
    }
}
