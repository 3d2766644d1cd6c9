package dev.bursar.server.bench;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// Reserves and commits against a company, its teams and its runs, as agents do.
final class LedgerLoad {

    private static final TenantId TENANT = new TenantId("acme");
    private static final int TEAMS = 8;
    private static final int CALLS_PER_RUN = 20;
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final long RESERVED = 2_000_000;
    private static final long USED = 1_250_000;

    private final Authority authority;
    private final AtomicLong ids = new AtomicLong();

    LedgerLoad(Authority authority) {
        this.authority = authority;
    }

    /// Limits that are checked on every call and never reached.
    void defineBudgets() {
        define("company-month", List.of(), month());
        define("team-month", List.of(Subject.TEAM), month());
        define("run", List.of(Subject.RUN), new Window.Life());
    }

    private static Window month() {
        return new Window.Calendar(Window.Calendar.Period.MONTH, ZoneOffset.UTC);
    }

    private void define(String name, List<String> per, Window window) {
        require(
                authority.submit(
                        new Command.DefineBudget(
                                new Budget(
                                        new BudgetId(TENANT + "/" + name),
                                        TENANT,
                                        name,
                                        new TreeMap<>(),
                                        per,
                                        Unit.USD_MICROCENTS,
                                        Budget.MAX_LIMIT,
                                        window,
                                        Budget.Mode.HARD,
                                        List.of()))),
                Outcome.BudgetDefined.class);
    }

    /// One call: reserve, then commit less.
    void pair(int caller, long number) {
        Command.Reserve reserve = reserve(caller, number);
        require(authority.submit(reserve), Outcome.Granted.class);
        require(authority.submit(commit(reserve)), Outcome.Committed.class);
    }

    /// The same work for the caller, with a plain file that knows nothing of commands.
    void rawPair(RawFile file, int caller, long number) {
        Command.Reserve reserve = reserve(caller, number);
        file.write(reserve);
        file.write(commit(reserve));
    }

    private Command.Reserve reserve(int caller, long number) {
        HoldId hold = new HoldId("call-" + Long.toString(ids.getAndIncrement(), 36));
        Subject subject =
                Subject.of(
                        Map.of(
                                Subject.TEAM,
                                "team-" + caller % TEAMS,
                                Subject.RUN,
                                "run-" + caller + "-" + number / CALLS_PER_RUN,
                                Subject.MODEL,
                                "gpt-4o-mini"));
        return new Command.Reserve(
                new CommandKey(hold.value(), number),
                hold,
                TENANT,
                subject,
                Amounts.of(Unit.USD_MICROCENTS, RESERVED),
                Amounts.NONE,
                TTL,
                Command.OnExpiry.CHARGE,
                Command.Overage.ALWAYS,
                Attribution.NONE);
    }

    private static Command.Commit commit(Command.Reserve reserve) {
        return new Command.Commit(
                reserve.key(),
                TENANT,
                reserve.hold(),
                Amounts.of(Unit.USD_MICROCENTS, USED),
                Attribution.NONE);
    }

    private static void require(Outcome outcome, Class<? extends Outcome> wanted) {
        if (!wanted.isInstance(outcome)) {
            throw new IllegalStateException("not " + wanted.getSimpleName() + ": " + outcome);
        }
    }
}
