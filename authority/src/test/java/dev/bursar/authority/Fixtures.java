package dev.bursar.authority;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Commands and settings that tests share.
final class Fixtures {

    static final TenantId TENANT = new TenantId("acme");

    static final long USD = Unit.MICROCENTS_PER_USD;

    private Fixtures() {}

    /// No expiry on its own, no checkpoint before the end.
    static AuthoritySettings settings() {
        return new AuthoritySettings(
                LedgerLimits.DEFAULT,
                AuthoritySettings.DEFAULT_QUEUE_CAPACITY,
                AuthoritySettings.DEFAULT_BATCH_LIMIT,
                Duration.ofHours(1),
                AuthoritySettings.DEFAULT_EXPIRE_PORTION,
                Long.MAX_VALUE,
                AuthorityMeter.NONE);
    }

    static Command define(String name, long limitMicrocents, String... per) {
        return new Command.DefineBudget(
                new Budget(
                        new BudgetId(TENANT + "/" + name),
                        TENANT,
                        name,
                        new TreeMap<>(),
                        List.of(per),
                        Unit.USD_MICROCENTS,
                        limitMicrocents,
                        new Window.Life(),
                        Budget.Mode.HARD,
                        List.of()));
    }

    static Command.Reserve reserve(String hold, long microcents) {
        return reserve(hold, microcents, Map.of());
    }

    static Command.Reserve reserve(String hold, long microcents, Map<String, String> subject) {
        return new Command.Reserve(
                new CommandKey(hold, microcents),
                new HoldId(hold),
                TENANT,
                Subject.of(subject),
                Amounts.of(Unit.USD_MICROCENTS, microcents),
                Amounts.NONE,
                Duration.ofMinutes(10),
                Command.OnExpiry.RELEASE,
                Command.Overage.ALWAYS,
                Attribution.NONE);
    }

    static Command.Commit commit(String hold, long microcents) {
        return new Command.Commit(
                new CommandKey(hold, microcents),
                TENANT,
                new HoldId(hold),
                Amounts.of(Unit.USD_MICROCENTS, microcents),
                Attribution.NONE);
    }
}
