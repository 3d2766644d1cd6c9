package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An open budget with its accounts.
final class BudgetState {

    private Budget budget;

    /// The accounts by the start of their window (0 for windows without one); those of a rolling window
    /// in order of last use, so that idle ones come first.
    private final TreeMap<Long, Map<AccountKey, Account>> windows = new TreeMap<>();

    private int size;

    /// The calendar window looked at last. Only a memo: it depends on nothing but the time.
    private long windowStart = 1;

    private long windowEnd;

    BudgetState(Budget budget) {
        this.budget = budget;
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
        budget = changed;
    }

    boolean appliesTo(Subject subject) {
        for (Map.Entry<String, String> required : budget.match().entrySet()) {
            if (!required.getValue().equals(subject.get(required.getKey()))) {
                return false;
            }
        }
        return true;
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
        return new AccountKey(budget.id(), values, windowStart(now));
    }

    @Nullable Account account(AccountKey key) {
        Map<AccountKey, Account> window = windows.get(key.windowStartMillis());
        return window == null ? null : window.get(key);
    }

    Stream<Account> accounts() {
        return windows.values().stream().flatMap(window -> window.values().stream());
    }

    /// How many accounts there are.
    int size() {
        return size;
    }

    /// The account, opened if need be.
    Account open(AccountKey key, long nowMillis) {
        Account account = account(key);
        if (account == null) {
            account = new Account(key, budget, nowMillis);
            add(account);
        } else if (budget.window() instanceof Window.Rolling) {
            Map<AccountKey, Account> window = window(key);
            window.remove(key);
            window.put(key, account);
        }
        return account;
    }

    void add(Account account) {
        window(account.key()).put(account.key(), account);
        size++;
    }

    void drop(AccountKey key) {
        Map<AccountKey, Account> window = window(key);
        if (window.remove(key) != null) {
            size--;
        }
        if (window.isEmpty()) {
            windows.remove(key.windowStartMillis());
        }
    }

    private Map<AccountKey, Account> window(AccountKey key) {
        return windows.computeIfAbsent(key.windowStartMillis(), start -> new LinkedHashMap<>());
    }

    /// Accounts that nothing can refer to any more: of past windows and without a hold.
    List<AccountKey> past(Instant now, int atMost) {
        return switch (budget.window()) {
            case Window.Life life -> List.of();
            case Window.PerCall call -> List.of();
            case Window.Calendar calendar -> pastWindows(windowStart(now), atMost);
            case Window.Rolling rolling -> idle(now.toEpochMilli(), atMost);
        };
    }

    private List<AccountKey> pastWindows(long currentStart, int atMost) {
        List<AccountKey> past = new ArrayList<>();
        for (Map<AccountKey, Account> window : windows.headMap(currentStart).values()) {
            for (Account account : window.values()) {
                if (past.size() == atMost) {
                    return past;
                }
                if (!account.isInUse()) {
                    past.add(account.key());
                }
            }
        }
        return past;
    }

    private List<AccountKey> idle(long nowMillis, int atMost) {
        List<AccountKey> idle = new ArrayList<>();
        for (Account account : windows.getOrDefault(0L, Map.of()).values()) {
            if (idle.size() == atMost
                    || account.isInUse()
                    || account.unit().equals(Unit.MILLIS)
                    || account.spent(nowMillis) != 0) {
                break;
            }
            idle.add(account.key());
        }
        return idle;
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
    @Nullable Instant resetsAt(
            @Nullable Account account, long spent, long held, long asked, Instant now) {
        if (!(budget.window() instanceof Window.Rolling) || account == null || spent == 0) {
            return resetsAt(now);
        }
        long more = spent - account.spent(now.toEpochMilli());
        return account.fallsTo(budget.limit() - held - asked, more, now);
    }

    private long windowStart(Instant now) {
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
