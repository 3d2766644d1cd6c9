package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An open budget with its accounts.
final class BudgetState {

    private Budget budget;
    private Budget.Status status;

    /// The accounts by the start of their window (0 for windows without one); those that end by being
    /// idle in order of last use, so that idle ones come first.
    private final TreeMap<Long, Accounts> windows = new TreeMap<>();

    private int size;

    /// The calendar window looked at last. Only a memo: it depends on nothing but the time.
    private long windowStart = 1;

    private long windowEnd;

    /// The past window to go on sweeping with. Only a memo, like the marks of [Accounts].
    private long sweptTo = Long.MIN_VALUE;

    BudgetState(Budget budget, Budget.Status status) {
        this.budget = budget;
        this.status = status;
    }

    Budget.Status status() {
        return status;
    }

    /// Why nothing may pass, whatever is left, or null when the budget is active.
    Block.@Nullable Cause stopCause() {
        return switch (status) {
            case ACTIVE -> null;
            case FROZEN -> Block.Cause.FROZEN;
            case CLOSED -> Block.Cause.CLOSED;
        };
    }

    void become(Budget.Status changed) {
        status = changed;
    }

    Budget budget() {
        return budget;
    }

    /// Whether accounts keep their meaning when the definition becomes `other`.
    boolean hasShapeOf(Budget other) {
        return budget.per().equals(other.per())
                && budget.unit().equals(other.unit())
                && budget.window().equals(other.window())
                && budget.tenant().equals(other.tenant());
    }

    /// Replaces the definition by one of the same shape.
    void redefine(Budget changed) {
        boolean rested = endsByRest();
        budget = changed;
        if (endsByRest() && !rested) {
            orderByUse();
        }
    }

    boolean appliesTo(Subject subject) {
        for (Map.Entry<String, String> required : budget.match().entrySet()) {
            if (!required.getValue().equals(subject.get(required.getKey()))) {
                return false;
            }
        }
        ScopePath scope = budget.terms().scope();
        return scope == null || scope.covers(subject);
    }

    /// What may be spent in an account, which is null when it is not open yet.
    long limit(AccountKey key, @Nullable Account account, long nowMillis) {
        return limit(funding(key, account, Relief.NONE), nowMillis);
    }

    /// @param relief what will no longer be held when the account is opened
    Funding funding(AccountKey key, @Nullable Account account, Relief relief) {
        return account == null ? opening(key, relief) : account.funding();
    }

    /// What may be spent under a funding.
    ///
    /// A step of the ladder that denies, or asks a person, below 100 % is the limit of a hard budget, and of one that only
    /// records what it would do.
    long limit(Funding funding, long nowMillis) {
        return Math.addExact(Ladder.ceiling(budget, credited(funding)), funding.granted(nowMillis));
    }

    /// The limit that the percents of the ladder are of.
    long whole(Funding funding, long nowMillis) {
        return Math.addExact(credited(funding), funding.granted(nowMillis));
    }

    private long credited(Funding funding) {
        return Math.max(0, Math.addExact(budget.limit(), funding.credit()));
    }

    /// Where an account stands, open or not.
    Standing standing(AccountKey key, @Nullable Account account, long nowMillis) {
        return standing(
                key,
                funding(key, account, Relief.NONE),
                account == null ? 0 : account.spent(nowMillis),
                account == null ? 0 : account.held(),
                nowMillis);
    }

    Standing standing(AccountKey key, Funding funding, long spent, long held, long nowMillis) {
        long overdraftLimit = budget.terms().overdraftLimit();
        return new Standing(
                key,
                budget.terms().scope(),
                budget.unit(),
                limit(funding, nowMillis),
                spent,
                held,
                funding.debt(),
                overdraftLimit,
                funding.overLimit() || funding.debt() > overdraftLimit);
    }

    /// What an account starts with.
    private Funding opening(AccountKey key, Relief relief) {
        Account before = latestBefore(key);
        return before == null
                ? Funding.NONE
                : CarryOver.opening(
                        budget,
                        before,
                        relief.used(before),
                        Instant.ofEpochMilli(key.windowStartMillis()));
    }

    /// What an account leaves to the next window as it stands.
    long leaves(Account account) {
        return CarryOver.leaves(budget, account.funding(), account.spentEver() + account.held());
    }

    /// Whether something of an account outlives its window.
    boolean handsOver(Account account) {
        return budget.terms().carryOver() > 0 || account.funding().debt() > 0;
    }

    /// Takes from the latest account what one of an earlier window has used since it handed over.
    ///
    /// @param before what it left before that
    /// @param owed what it owes since
    void passOn(Account account, long before, long owed) {
        long missing = Math.max(0, before - leaves(account));
        if (missing > 0 || owed > 0) {
            Account latest = latestAfter(account);
            if (latest != null) {
                latest.fund(latest.funding().less(missing, owed, budget.limit()));
            }
        }
    }

    /// The account of the same balance in the latest window before that of `key`, if there is one.
    @Nullable Account latestBefore(AccountKey key) {
        return latest(key, windows.headMap(key.windowStartMillis(), false));
    }

    /// The account of the same balance in the latest window, if that is a later one.
    @Nullable Account latestAfter(Account account) {
        return latest(account.key(), windows.tailMap(account.key().windowStartMillis(), false));
    }

    private static @Nullable Account latest(AccountKey key, NavigableMap<Long, Accounts> windows) {
        for (var window : windows.descendingMap().entrySet()) {
            Account account =
                    window.getValue().get(new AccountKey(key.budget(), key.per(), window.getKey()));
            if (account != null) {
                return account;
            }
        }
        return null;
    }

    /// Whether amounts stay after the call: a budget per call has no accounts.
    boolean hasAccounts() {
        return !(budget.window() instanceof Window.PerCall);
    }

    AccountKey accountFor(Subject subject, Instant now) {
        List<String> values = new ArrayList<>(budget.per().size());
        for (String dimension : budget.per()) {
            String value = subject.get(dimension);
            values.add(value == null ? "" : value);
        }
        return currentAccount(values, now);
    }

    /// The account of the current window for given values of `per`.
    AccountKey currentAccount(List<String> per, Instant now) {
        return new AccountKey(budget.id(), per, windowStart(now));
    }

    /// Whether an account is the one of the current window.
    boolean isCurrent(AccountKey key, Instant now) {
        return key.windowStartMillis() == windowStart(now);
    }

    @Nullable Account account(AccountKey key) {
        Accounts window = windows.get(key.windowStartMillis());
        return window == null ? null : window.get(key);
    }

    /// The accounts of a window, or null when it has none.
    @Nullable Accounts accounts(long windowStart) {
        return windows.get(windowStart);
    }

    /// The accounts that are current at `now`, at most `atMost`, those opened or used last first.
    Stream<Account> latest(Instant now, int atMost) {
        Accounts current = windows.get(windowStart(now));
        return current == null ? Stream.of() : current.latest().limit(atMost);
    }

    /// Puts accounts that were added in any order into that of their use.
    void orderByUse() {
        windows.values().forEach(Accounts::orderByUse);
    }

    Stream<Account> accounts() {
        return windows.values().stream().flatMap(Accounts::stream);
    }

    /// How many accounts there are.
    int size() {
        return size;
    }

    /// Opens an account.
    Account open(AccountKey key, long nowMillis) {
        Account account = new Account(key, budget, opening(key, Relief.NONE), nowMillis);
        add(account);
        return account;
    }

    /// An account was used: it has not rested.
    void use(Account account, long nowMillis) {
        account.use(nowMillis);
        if (endsByRest()) {
            window(account.key()).toLast(account);
        }
    }

    private boolean endsByRest() {
        return budget.window() instanceof Window.Rolling || budget.terms().idle() != null;
    }

    void add(Account account) {
        window(account.key()).add(account);
        size++;
    }

    void drop(AccountKey key) {
        Accounts window = windows.get(key.windowStartMillis());
        if (window != null && window.remove(key)) {
            size--;
            if (window.isEmpty()) {
                windows.remove(key.windowStartMillis());
            }
        }
    }

    private Accounts window(AccountKey key) {
        return windows.computeIfAbsent(key.windowStartMillis(), start -> new Accounts());
    }

    /// Adds accounts that nothing can refer to any more: of past windows, or rested, and without a hold.
    void sweep(Sweep.Round round) {
        switch (budget.window()) {
            case Window.Life life -> sweepRested(round);
            case Window.PerCall call -> {}
            case Window.Calendar calendar -> sweepPast(round);
            case Window.Rolling rolling -> sweepRested(round);
        }
    }

    private void sweepPast(Sweep.Round round) {
        long current = windowStart(round.now());
        for (Map.Entry<Long, Accounts> window : windows.subMap(sweptTo, current).entrySet()) {
            sweptTo = window.getKey();
            if (round.isOver()) {
                return;
            }
            Account account = window.getValue().mark();
            while (account != null && !round.isOver()) {
                round.look(account, !account.isInUse() && !isAwaited(account, current));
                account = account.next;
            }
            window.getValue().mark(account);
            if (account != null) {
                return;
            }
        }
        sweptTo = Long.MIN_VALUE;
    }

    /// Whether an account still has to hand over something to the current window's, which is not open.
    private boolean isAwaited(Account account, long currentStart) {
        AccountKey key = account.key();
        if (!handsOver(account) || latestAfter(account) != null) {
            return false;
        }
        AccountKey current = new AccountKey(key.budget(), key.per(), currentStart);
        return budget.terms().carryOver() > 0
                || !opening(current, Relief.NONE).equals(Funding.NONE);
    }

    private void sweepRested(Sweep.Round round) {
        Accounts all = windows.get(0L);
        if (all == null || !endsByRest()) {
            return;
        }
        long now = round.now().toEpochMilli();
        Account account = all.mark();
        while (account != null && !round.isOver() && hasRested(account, now)) {
            round.look(account, !account.isInUse() && !isOwed(account, now));
            account = account.next;
        }
        all.mark(round.isOver() ? account : null);
    }

    /// Whether an account was not used for as long as its budget says, or for so long that nothing is
    /// left in its rolling window.
    private boolean hasRested(Account account, long nowMillis) {
        Duration idle = budget.terms().idle();
        long rest =
                budget.window() instanceof Window.Rolling rolling
                        ? rolling.length().plus(rolling.bucket()).toMillis()
                        : idle == null ? Long.MAX_VALUE / 2 : idle.toMillis();
        return account.usedMillis() + rest <= nowMillis;
    }

    /// Whether an account has something that must not be forgotten: debt always, and where the account
    /// does not begin anew by its rest, all that changes what it lets through.
    private boolean isOwed(Account account, long nowMillis) {
        Funding funding = account.funding();
        return funding.debt() != 0
                || (budget.terms().idle() == null
                        && (funding.credit() != 0
                                || funding.overLimit()
                                || funding.granted(nowMillis) != 0
                                || funding.isDeclined(nowMillis)));
    }

    @Nullable Instant resetsAt(Instant now) {
        if (!(budget.window() instanceof Window.Calendar)) {
            return null;
        }
        windowStart(now);
        return Instant.ofEpochMilli(windowEnd);
    }

    /// When an amount that does not fit will, if nothing else happens; where waiting alone never makes it
    /// fit, when what is spent has left. Null when nothing leaves.
    ///
    /// @param spent what counts now, with holds that are past their time
    /// @param most what may be spent for the amount to fit; below zero when it never will
    @Nullable Instant resetsAt(@Nullable Account account, long spent, long most, Instant now) {
        if (!(budget.window() instanceof Window.Rolling) || account == null || spent == 0) {
            return resetsAt(now);
        }
        long more = spent - account.spent(now.toEpochMilli());
        return account.fallsTo(most, more, now);
    }

    long windowStart(Instant now) {
        if (!(budget.window() instanceof Window.Calendar calendar)) {
            return 0;
        }
        long nowMillis = now.toEpochMilli();
        if (nowMillis < windowStart || nowMillis >= windowEnd) {
            windowStart = calendar.start(now).toEpochMilli();
            windowEnd = calendar.end(now).toEpochMilli();
        }
        return windowStart;
    }
}
