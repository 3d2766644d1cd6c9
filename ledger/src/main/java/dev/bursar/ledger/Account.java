package dev.bursar.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One running balance of a budget.
final class Account {

    /// What is spent and held together passes this by no reserve, and what is spent or owed by no charge.
    /// Far above any limit, and below half of a `long`, so that all arithmetic stays exact.
    static final long MAX_SUM = 4_000_000_000_000_000_000L;

    private final AccountKey key;

    private final Unit unit;
    private @Nullable RollingSum rolling;
    private long openedMillis;
    private long usedMillis;
    private Funding funding;
    private long spent;
    private long held;
    private long overrun;

    /// How many open holds have a part in here, also one of 0.
    private int openParts;

    /// Neighbours among the [Accounts] of its window.
    @Nullable Account previous;

    @Nullable Account next;

    Account(AccountKey key, Budget budget, Funding funding, long openedMillis) {
        this.key = key;
        this.unit = budget.unit();
        this.openedMillis = openedMillis;
        this.usedMillis = openedMillis;
        this.funding = funding;
        this.rolling =
                budget.window() instanceof Window.Rolling window ? new RollingSum(window) : null;
    }

    /// An account as it was, without what is held: that comes back with the holds.
    Account(StateRecord.AccountState state, Budget budget) {
        this.key = state.account();
        this.unit = budget.unit();
        this.openedMillis = state.openedAt().toEpochMilli();
        this.usedMillis = state.usedAt().toEpochMilli();
        this.funding = state.funding();
        this.rolling =
                budget.window() instanceof Window.Rolling window
                        ? RollingSum.of(window, state.buckets())
                        : null;
        this.spent = state.spent();
        this.overrun = state.overrun();
    }

    AccountKey key() {
        return key;
    }

    Unit unit() {
        return unit;
    }

    long openedMillis() {
        return openedMillis;
    }

    /// When it was used last.
    long usedMillis() {
        return usedMillis;
    }

    void use(long nowMillis) {
        usedMillis = nowMillis;
    }

    Funding funding() {
        return funding;
    }

    void fund(Funding changed) {
        funding = changed;
    }

    /// What counts as spent now: for time, what has passed since the account was opened.
    long spent(long nowMillis) {
        if (unit.equals(Unit.MILLIS)) {
            return nowMillis - openedMillis;
        }
        return counted(nowMillis);
    }

    /// What counts of all that was committed here.
    long counted(long nowMillis) {
        return rolling != null ? rolling.sum(nowMillis) : spent;
    }

    /// When at most `most` of what is spent counts, if nothing is added but `more` now; for a `most` below
    /// 0, when nothing counts any more. Only in a rolling window.
    Instant fallsTo(long most, long more, Instant now) {
        RollingSum sum = Objects.requireNonNull(rolling);
        return Instant.ofEpochMilli(sum.fallsToMillis(most, more, now.toEpochMilli()));
    }

    /// All that was ever committed here.
    long spentEver() {
        return spent;
    }

    long held() {
        return held;
    }

    long overrun() {
        return overrun;
    }

    List<StateRecord.Bucket> buckets() {
        return rolling == null ? List.of() : rolling.buckets();
    }

    /// Whether an open hold refers to this account.
    boolean isInUse() {
        return openParts != 0;
    }

    /// Whether a sum has no room for more that is spent, or that a limit does not cover.
    boolean isBeyondBounds(long more, Entry.@Nullable Shortfall shortfall) {
        return hasNoRoom(spent, more)
                || hasNoRoom(overrun, more)
                || (shortfall != null
                        && (hasNoRoom(funding.debt(), shortfall.debt())
                                || hasNoRoom(overrun, Math.addExact(more, shortfall.debt()))
                                || shortfall.uncovered() > Long.MAX_VALUE - funding.uncovered()));
    }

    /// Whether more would take a sum past its bound. Nothing more never does.
    static boolean hasNoRoom(long sum, long more) {
        return more > 0 && more > MAX_SUM - sum;
    }

    /// What will be used, spent or held, once a part of `heldAmount` has ended; at most the largest `long`.
    long usedAfter(long heldAmount, Amounts actual, long nowMillis) {
        long more = isSpendable(unit) ? actual.get(unit) : 0;
        long rest = spent(nowMillis) + held - heldAmount;
        return more > Long.MAX_VALUE - rest ? Long.MAX_VALUE : rest + more;
    }

    void hold(long amount) {
        held = Math.addExact(held, amount);
        openParts++;
    }

    /// Ends a hold's part in this account.
    void settle(long heldAmount, long actual, long nowMillis) {
        held = Math.subtractExact(held, heldAmount);
        openParts--;
        spend(actual, nowMillis);
        overrun = Math.addExact(overrun, Math.max(0, actual - heldAmount));
    }

    /// Takes what a limit did not cover of an amount that is spent beside it.
    void fallShort(Entry.Shortfall shortfall) {
        funding = funding.shortOf(shortfall);
        overrun = Math.addExact(overrun, shortfall.debt());
    }

    /// Starts to count anew, as if `amount` were all that was ever spent.
    void reset(long amount, Budget budget, long nowMillis) {
        spent = 0;
        overrun = 0;
        if (unit.equals(Unit.MILLIS)) {
            openedMillis = nowMillis;
        }
        if (budget.window() instanceof Window.Rolling window) {
            rolling = new RollingSum(window);
        }
        spend(amount, nowMillis);
    }

    void spend(long amount, long nowMillis) {
        if (!isSpendable(unit)) {
            return;
        }
        spent = Math.addExact(spent, amount);
        if (rolling != null) {
            rolling.add(nowMillis, amount);
        }
    }

    /// Whether amounts of a unit stay after their hold has ended: slots return, and time passes by itself.
    static boolean isSpendable(Unit unit) {
        return !unit.equals(Unit.SLOTS) && !unit.equals(Unit.MILLIS);
    }
}
