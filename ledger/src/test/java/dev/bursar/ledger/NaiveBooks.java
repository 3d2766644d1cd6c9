package dev.bursar.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The budgets, accounts and open holds of the naive ledger, of all tenants, and how they begin and end by
/// themselves.
class NaiveBooks {

    final NaiveMemory memory;
    final Map<String, Budget> budgets = new TreeMap<>();
    final Map<String, Budget.Status> statuses = new LinkedHashMap<>();
    final Map<HoldId, NaiveHold> holds = new LinkedHashMap<>();
    final List<NaiveAccount> accounts = new ArrayList<>();
    final Set<TenantId> closed = new HashSet<>();
    final List<Stop> stops = new ArrayList<>();

    /// @param askedAt when something was asked for the run last
    record Stop(TenantId tenant, String run, Instant at, Instant askedAt) {}

    record Share(NaiveAccount account, long amount) {}

    static final class NaiveHold {
        final Command.Reserve command;
        final Amounts held;
        final List<Share> shares;
        Instant expiresAt;
        int extensions;

        /// What its owner was answered.
        @Nullable Outcome granted;

        NaiveHold(Command.Reserve command, Amounts held, List<Share> shares, Instant expiresAt) {
            this.command = command;
            this.held = held;
            this.shares = shares;
            this.expiresAt = expiresAt;
        }

        HoldId id() {
            return command.hold();
        }

        Instant dueAt() {
            return expiresAt.plus(command.grace());
        }

        boolean isDue(Instant now) {
            return now.isAfter(dueAt());
        }

        boolean isLate(Instant now) {
            return isDue(now) && command.onExpiry() == Command.OnExpiry.RELEASE;
        }
    }

    NaiveBooks(LedgerLimits limits) {
        this.memory = new NaiveMemory(limits);
    }

    void put(Budget budget) {
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

    Budget.Status status(BudgetId id) {
        return statuses.getOrDefault(id.value(), Budget.Status.ACTIVE);
    }

    /// The stop that holds for a run, or null.
    @Nullable Stop stop(TenantId tenant, @Nullable String run, Instant now) {
        return stops.stream()
                .filter(stop -> stop.tenant().equals(tenant) && stop.run().equals(run))
                .filter(stop -> now.isBefore(stop.askedAt().plus(Duration.ofDays(1))))
                .findFirst()
                .orElse(null);
    }

    /// Asks something for a run, and says whether it is stopped.
    boolean ask(TenantId tenant, @Nullable String run, Instant now) {
        Stop known = stop(tenant, run, now);
        if (known != null) {
            stops.set(stops.indexOf(known), new Stop(known.tenant(), known.run(), known.at(), now));
        }
        return known != null;
    }

    /// Why no budget takes what a caller who speaks of scope paths asks for, or null.
    @Nullable String missing(TenantId tenant, Subject subject, Amounts amounts) {
        List<Budget> matching = matching(tenant, subject);
        for (Unit unit : amounts.units()) {
            if (matching.stream().noneMatch(b -> b.unit().equals(unit))) {
                return matching.isEmpty() ? "BUDGET_NOT_FOUND" : "UNIT_MISMATCH";
            }
        }
        return null;
    }

    /// Ends a hold whose time is over.
    void end(NaiveHold hold, Instant now) {
        boolean charged = hold.command.onExpiry() == Command.OnExpiry.CHARGE;
        holds.remove(hold.id());
        for (Share share : hold.shares) {
            share.account().usedAt = now;
            if (charged) {
                share.account().spend(budget(share.account()), now, share.amount());
            }
        }
        Outcome outcome =
                charged
                        ? new Outcome.Committed(
                                hold.id(), hold.held, hold.held, hold.held, Amounts.NONE, List.of())
                        : new Outcome.Released(hold.id(), hold.held, List.of());
        ended(hold, StateRecord.Ending.EXPIRED, outcome, now);
    }

    /// Returns all that was held, and nobody waits to be told.
    void giveBack(NaiveHold hold, Instant now) {
        holds.remove(hold.id());
        hold.shares.forEach(share -> share.account().usedAt = now);
        Outcome outcome = new Outcome.Released(hold.id(), hold.held, List.of());
        ended(hold, StateRecord.Ending.RELEASED, outcome, now);
    }

    void ended(NaiveHold hold, StateRecord.Ending ending, Outcome outcome, Instant now) {
        memory.add(new NaiveMemory.Ended(hold.id(), hold.command.tenant(), ending, now, outcome));
    }

    void expire(Instant now) {
        due(now).forEach(hold -> end(hold, now));
    }

    /// The holds whose time is over, the earliest first.
    List<NaiveHold> due(Instant now) {
        return holds.values().stream()
                .filter(hold -> hold.isDue(now))
                .sorted(Comparator.comparing(NaiveHold::dueAt))
                .toList();
    }

    /// The accounts that a sweep has to forget, as they stand before any hold is ended.
    List<NaiveAccount> rested(Instant now) {
        return accounts.stream()
                .filter(account -> account.isForgotten(budget(account), now))
                .filter(account -> !isHeldIn(account))
                .toList();
    }

    private boolean isHeldIn(NaiveAccount account) {
        return holds.values().stream()
                .flatMap(hold -> hold.shares.stream())
                .anyMatch(share -> share.account() == account);
    }

    @Nullable NaiveAccount account(AccountKey key) {
        return accounts.stream().filter(a -> a.key().equals(key)).findFirst().orElse(null);
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

    List<Budget> matching(TenantId tenant, Subject subject) {
        return budgets.values().stream()
                .filter(budget -> budget.tenant().equals(tenant))
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
