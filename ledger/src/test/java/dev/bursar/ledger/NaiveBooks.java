package dev.bursar.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The budgets, accounts and open holds of the naive ledger, and how they begin and end by themselves.
class NaiveBooks {

    final Map<String, Budget> budgets = new TreeMap<>();
    final Map<String, Budget.Status> statuses = new LinkedHashMap<>();
    final Map<HoldId, NaiveHold> holds = new LinkedHashMap<>();
    final List<NaiveAccount> accounts = new ArrayList<>();

    record Share(NaiveAccount account, long amount) {}

    static final class NaiveHold {
        final Command.Reserve command;
        final Amounts held;
        final List<Share> shares;
        Instant expiresAt;
        int extensions;

        NaiveHold(Command.Reserve command, Amounts held, List<Share> shares, Instant expiresAt) {
            this.command = command;
            this.held = held;
            this.shares = shares;
            this.expiresAt = expiresAt;
        }

        boolean isDue(Instant now) {
            return now.isAfter(expiresAt.plus(command.grace()));
        }

        boolean isLate(Instant now) {
            return isDue(now) && command.onExpiry() == Command.OnExpiry.RELEASE;
        }
    }

    void define(Budget budget) {
        Budget known = budgets.put(budget.id().value(), budget);
        statuses.putIfAbsent(budget.id().value(), Budget.Status.ACTIVE);
        boolean same =
                known != null
                        && known.per().equals(budget.per())
                        && known.unit().equals(budget.unit())
                        && known.window().equals(budget.window());
        if (!same) {
            forget(budget.id());
        }
    }

    void remove(BudgetId id) {
        budgets.remove(id.value());
        statuses.remove(id.value());
        forget(id);
    }

    void forget(BudgetId id) {
        accounts.removeIf(account -> account.budget.equals(id));
        holds.values().forEach(h -> h.shares.removeIf(s -> s.account().budget.equals(id)));
    }

    void set(BudgetId id, Budget.Status status) {
        statuses.put(id.value(), status);
    }

    boolean has(BudgetId id) {
        return budgets.containsKey(id.value());
    }

    Budget.Status status(BudgetId id) {
        return statuses.getOrDefault(id.value(), Budget.Status.ACTIVE);
    }

    int holds() {
        return holds.size();
    }

    @Nullable String missing(Subject subject, Amounts amounts) {
        for (Unit unit : amounts.units()) {
            if (matching(subject).stream().noneMatch(b -> b.unit().equals(unit))) {
                return matching(subject).isEmpty() ? "BUDGET_NOT_FOUND" : "UNIT_MISMATCH";
            }
        }
        return null;
    }

    void end(NaiveHold hold, Instant now) {
        holds.remove(hold.command.hold());
        for (Share share : hold.shares) {
            share.account().usedAt = now;
            if (hold.command.onExpiry() == Command.OnExpiry.CHARGE) {
                share.account().spend(budget(share.account()), now, share.amount());
            }
        }
    }

    void expire(Instant now) {
        for (NaiveHold hold : List.copyOf(holds.values())) {
            if (hold.isDue(now)) {
                end(hold, now);
            }
        }
    }

    /// Forgets what has rested, as it stood before any hold was ended.
    void forgetRested(Instant now) {
        accounts.removeIf(account ->
                account.isForgotten(budget(account), now)
                        && holds.values().stream()
                                .flatMap(hold -> hold.shares.stream())
                                .noneMatch(share -> share.account() == account));
    }

    /// The account that a subject uses now, or null when it is not open.
    @Nullable NaiveAccount account(Budget budget, Subject subject, Instant now) {
        NaiveAccount account = peek(budget, per(budget, subject), now, false);
        return accounts.contains(account) ? account : null;
    }

    long held(NaiveAccount account) {
        return holds.values().stream()
                .flatMap(hold -> hold.shares.stream())
                .filter(share -> share.account() == account)
                .mapToLong(Share::amount)
                .sum();
    }

    NaiveAccount open(Budget budget, List<String> per, Instant now) {
        NaiveAccount account = peek(budget, per, now, false);
        if (!accounts.contains(account)) {
            accounts.add(account);
        }
        account.usedAt = now;
        return account;
    }

    /// The account, or what it would be like if it were opened now.
    NaiveAccount peek(Budget budget, List<String> per, Instant now, boolean relieved) {
        Instant window = window(budget, now);
        NaiveAccount before = null;
        for (NaiveAccount account : accounts) {
            if (account.budget.equals(budget.id()) && account.per.equals(per)) {
                if (account.window.equals(window)) {
                    return account;
                }
                if (before == null || before.window.isBefore(account.window)) {
                    before = account;
                }
            }
        }
        NaiveAccount opened = new NaiveAccount(budget.id(), per, window, now);
        if (before != null) {
            NaiveAccount last = before;
            long due =
                    holds.values().stream()
                            .filter(hold -> relieved && hold.isDue(now))
                            .filter(hold -> hold.command.onExpiry() == Command.OnExpiry.RELEASE)
                            .flatMap(hold -> hold.shares.stream())
                            .filter(share -> share.account() == last)
                            .mapToLong(Share::amount)
                            .sum();
            opened.succeed(before, budget, held(before) - due);
        }
        return opened;
    }

    Budget budget(NaiveAccount account) {
        return Objects.requireNonNull(budgets.get(account.budget.value()));
    }

    List<Budget> matching(Subject subject) {
        return budgets.values().stream()
                .filter(budget ->
                        budget.match().entrySet().stream()
                                .allMatch(e -> e.getValue().equals(subject.get(e.getKey()))))
                .filter(budget -> {
                    ScopePath scope = budget.terms().scope();
                    return scope == null || ScopePath.of(budget.tenant(), subject).contains(scope);
                })
                .toList();
    }

    static List<String> per(Budget budget, Subject subject) {
        return budget.per().stream()
                .map(dimension -> subject.values().getOrDefault(dimension, ""))
                .toList();
    }

    static Instant window(Budget budget, Instant now) {
        return budget.window() instanceof Window.Calendar calendar
                ? calendar.start(now)
                : Instant.EPOCH;
    }
}
