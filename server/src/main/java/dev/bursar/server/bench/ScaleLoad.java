package dev.bursar.server.bench;

import dev.bursar.authority.Authority;
import dev.bursar.authority.JournalReader;
import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Sums;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// Commands against a company and its runs: open holds that stay, each in a run of its own, and calls that
/// come and go.
final class ScaleLoad {

    static final TenantId TENANT = new TenantId("acme");
    static final long HELD = 2_000_000;
    static final long USED = 1_250_000;

    private static final BudgetId COMPANY = new BudgetId("acme/company");
    private static final BudgetId RUN = new BudgetId("acme/run");

    /// Longer than any measurement, also where its clock jumps.
    private static final Duration CALL_TTL = Duration.ofHours(6);

    /// Reserves that wait while the ledger is filled.
    private static final int IN_FLIGHT = 256;

    /// Entries of the journal that are in memory at a time.
    private static final int PORTION = 4_096;

    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong calls = new AtomicLong();

    /// Two budgets that are checked on every call and never reached.
    static List<Command> budgets() {
        return List.of(define(COMPANY, List.of()), define(RUN, List.of(Subject.RUN)));
    }

    static Command define(BudgetId id, List<String> per) {
        return new Command.DefineBudget(
                new Budget(
                        id,
                        TENANT,
                        id.value().substring(TENANT.value().length() + 1),
                        new TreeMap<>(),
                        per,
                        Unit.USD_MICROCENTS,
                        Budget.MAX_LIMIT,
                        new Window.Life(),
                        Budget.Mode.HARD,
                        List.of()));
    }

    /// One call, whose run ends with it.
    ///
    /// @return the [System#nanoTime] at which the reserve was answered
    long call(Authority authority) {
        String name = "call-" + Long.toString(ids.getAndIncrement(), 36);
        Command.Reserve reserve = reserve(name, name, CALL_TTL, Command.OnExpiry.CHARGE);
        Outcome outcome = authority.submit(reserve);
        long answered = System.nanoTime();
        require(outcome, Outcome.Granted.class);
        require(authority.submit(commit(name, USED)), Outcome.Committed.class);
        calls.incrementAndGet();
        return answered;
    }

    /// A reserve that leaves nothing.
    static void touch(Authority authority) {
        String name = "touch-" + ProcessHandle.current().pid();
        Command.Reserve reserve = reserve(name, name, CALL_TTL, Command.OnExpiry.RELEASE);
        require(authority.submit(reserve), Outcome.Granted.class);
        Command.Release release =
                new Command.Release(reserve.key(), TENANT, reserve.hold(), Attribution.NONE);
        require(authority.submit(release), Outcome.Released.class);
    }

    /// Opens `count` holds in runs of their own, spread evenly over the second before `due`. Every other
    /// one is charged when it expires.
    void fill(Authority authority, int count, Instant now, Instant due) {
        ArrayDeque<CompletableFuture<Outcome>> waiting = new ArrayDeque<>();
        for (int i = 0; i < count; i++) {
            Duration ttl = Duration.between(now, due.minusMillis(i % 1_000));
            waiting.add(authority.submitAsync(reserve("hold-" + i, "run-" + i, ttl, onExpiry(i))));
            if (waiting.size() == IN_FLIGHT) {
                require(waiting.remove().join(), Outcome.Granted.class);
            }
        }
        waiting.forEach(each -> require(each.join(), Outcome.Granted.class));
    }

    private static Command.OnExpiry onExpiry(int number) {
        return number % 2 == 0 ? Command.OnExpiry.CHARGE : Command.OnExpiry.RELEASE;
    }

    /// Replays the journal from its first entry, and adds up.
    ///
    /// @param expired how many holds of [#fill] have run out
    /// @throws IllegalStateException unless nothing is held anywhere, and every account has spent what its
    ///     calls and holds say, in memory as in the journal
    void requireExact(Authority authority, int expired) {
        Ledger ledger = new Ledger(LedgerLimits.DEFAULT);
        List<JournalReader.Positioned> portion = authority.journal().read(0, PORTION);
        while (!portion.isEmpty()) {
            portion.forEach(positioned -> ledger.apply(positioned.entry()));
            portion = authority.journal().read(portion.getLast().position(), PORTION);
        }
        ledger.checkInvariants();
        require(ledger.holds() == 0, ledger.holds() + " holds are open");
        for (int i = 0; i < expired; i++) {
            long spent = onExpiry(i) == Command.OnExpiry.CHARGE ? HELD : 0;
            requireSums(ledger, new AccountKey(RUN, List.of("run-" + i), 0), spent);
        }
        long charged = (expired + 1) / 2 * HELD;
        requireSums(ledger, new AccountKey(COMPANY, List.of(), 0), charged + calls.get() * USED);
        require(
                ledger.balances(COMPANY, 1, ledger.lastAt()).equals(authority.balances(COMPANY, 1)),
                "the journal says " + ledger.balances(COMPANY, 1, ledger.lastAt()));
    }

    private static void requireSums(Ledger ledger, AccountKey account, long spent) {
        Sums sums = new Sums(spent, spent, 0, 0, 0, 0, 0);
        require(sums.equals(ledger.sums(account)), account + " has " + ledger.sums(account));
    }

    static long held(Authority authority) {
        return authority.balances(COMPANY, 1).stream().mapToLong(Balance::held).sum();
    }

    static Command.Reserve reserve(
            String hold, String run, Duration ttl, Command.OnExpiry onExpiry) {
        return new Command.Reserve(
                new CommandKey(hold, 0),
                new HoldId(hold),
                TENANT,
                Subject.of(Map.of(Subject.RUN, run, Subject.MODEL, "gpt-4o-mini")),
                Amounts.of(Unit.USD_MICROCENTS, HELD),
                Amounts.NONE,
                ttl,
                onExpiry,
                Command.Overage.ALWAYS,
                Attribution.NONE);
    }

    static Command.Commit commit(String hold, long actual) {
        return new Command.Commit(
                new CommandKey(hold, 0),
                TENANT,
                new HoldId(hold),
                Amounts.of(Unit.USD_MICROCENTS, actual),
                Attribution.NONE);
    }

    private static void require(Outcome outcome, Class<? extends Outcome> wanted) {
        require(wanted.isInstance(outcome), "not " + wanted.getSimpleName() + ": " + outcome);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
