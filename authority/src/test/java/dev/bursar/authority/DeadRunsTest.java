package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Decision;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Terms;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The state of runs that are over does not grow: it is dropped by entries, so that a replay drops it, too.
final class DeadRunsTest {

    private static final int RUNS = 100_000;
    private static final int RUNS_A_SECOND = 100;
    private static final Duration IDLE = Duration.ofMinutes(1);

    private final Ledger ledger = new Ledger(LedgerLimits.DEFAULT);
    private final Ledger replayed = new Ledger(LedgerLimits.DEFAULT);

    @Test
    void expire_betweenManyShortRuns_keepsOnlyThoseThatMayGoOn() {
        Instant now = Instant.parse("2026-11-22T05:00:00Z");
        apply(define(), now);
        int most = 0;
        for (int run = 0; run < RUNS; run++) {
            apply(reserve("h" + run, USD, Map.of(Subject.RUN, "run-" + run)), now);
            apply(commit("h" + run, USD / 2), now);
            now = now.plusMillis(1_000 / RUNS_A_SECOND);
            if (run % RUNS_A_SECOND == 0) {
                apply(new Command.Expire(AuthoritySettings.DEFAULT_EXPIRE_PORTION), now);
            }
            most = Math.max(most, ledger.accounts());
        }
        assertThat(most).isLessThanOrEqualTo((int) (IDLE.toSeconds() + 2) * RUNS_A_SECOND);
        apply(new Command.Expire(RUNS), now.plus(IDLE));
        assertThat(ledger.accounts()).isZero();
        assertThat(replayed.accounts()).isZero();
    }

    private void apply(Command command, Instant now) {
        Decision decision = ledger.decide(command, now);
        for (Entry entry : decision.entries()) {
            ledger.apply(entry);
            replayed.apply(entry);
        }
    }

    private static Command define() {
        return new Command.DefineBudget(
                new Budget(
                        new BudgetId("acme/run"),
                        Fixtures.TENANT,
                        "run",
                        new TreeMap<>(),
                        List.of(Subject.RUN),
                        Unit.USD_MICROCENTS,
                        USD,
                        new Window.Life(),
                        Budget.Mode.HARD,
                        List.of(),
                        new Terms(null, 0, 0, IDLE, false)));
    }
}
