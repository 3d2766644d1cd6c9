package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.commit;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.TenantId;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuthorityTest {

    @TempDir Path data;

    /// The first has more accounts than one question looks at.
    @Test
    void balances_ofSomeBudgets_areThoseThatAreThere_inTheirOrder() {
        try (Authority authority = open()) {
            authority.submit(define("run", 5 * USD, "run"));
            authority.submit(define("company", 5 * USD));
            List<CompletableFuture<Outcome>> made = new ArrayList<>();
            for (int i = 0; i <= Ledger.MAX_LOOKED; i++) {
                made.add(
                        authority.submitAsync(
                                new Command.AdjustBudget(
                                        new CommandKey("k" + i, 1),
                                        new TenantId("acme"),
                                        new BudgetId("acme/run"),
                                        List.of("r" + i),
                                        Command.Adjustment.CREDIT,
                                        USD,
                                        Attribution.NONE)));
                if (made.size() == 1_000) {
                    made.forEach(CompletableFuture::join);
                    made.clear();
                }
            }
            made.forEach(CompletableFuture::join);

            List<BudgetId> wanted =
                    List.of(
                            new BudgetId("acme/run"),
                            new BudgetId("acme/none"),
                            new BudgetId("acme/company"),
                            new BudgetId("acme/run"));

            assertThat(authority.balances(wanted, 2))
                    .extracting(one -> one.budget().name() + " " + one.balances().size())
                    .containsExactly("run 2", "company 0", "run 2");
            assertThat(authority.balances(wanted, 0))
                    .extracting(one -> one.budget().name() + " " + one.balances().size())
                    .containsExactly("run 0", "company 0", "run 0");
            assertThat(authority.balances(List.<BudgetId>of(), 2)).isEmpty();
            assertThat(authority.budget(new BudgetId("acme/none"))).isEmpty();
        }
    }

    @Test
    void reopen_afterReserveAndCommit_hasTheBalance() {
        try (Authority authority = open()) {
            authority.submit(define("company", 5 * USD));
            assertThat(authority.submit(reserve("h1", 4 * USD)))
                    .isInstanceOf(Outcome.Granted.class);
            assertThat(authority.submit(commit("h1", 3 * USD)))
                    .isInstanceOf(Outcome.Committed.class);
        }
        try (Authority authority = open()) {
            List<Balance> balances = authority.balances(new BudgetId("acme/company"), 10);
            assertThat(balances).singleElement().returns(3 * USD, Balance::spent);
            assertThat(authority.budgets()).hasSize(1);
        }
        JournalVerifier.Report report = JournalVerifier.verify(data, LedgerLimits.DEFAULT);
        assertThat(report.problems()).isEmpty();
        assertThat(report.entries()).isEqualTo(3);
        assertThat(report.checkpoints()).isEqualTo(1);
    }

    @Test
    void twoCallersOfFourUsd_underFive_exactlyOneIsGrantedEachTime() throws Exception {
        try (Authority authority = open();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            authority.submit(define("run", 5 * USD, "run"));
            for (int round = 0; round < 1_000; round++) {
                CyclicBarrier start = new CyclicBarrier(2);
                List<Future<Outcome>> outcomes = new ArrayList<>();
                for (String caller : List.of("a", "b")) {
                    String hold = "h" + round + caller;
                    String run = "r" + round;
                    outcomes.add(
                            callers.submit(
                                    (Callable<Outcome>)
                                            () -> {
                                                start.await();
                                                return authority.submit(
                                                        reserve(
                                                                hold,
                                                                4 * USD,
                                                                java.util.Map.of("run", run)));
                                            }));
                }
                long granted = 0;
                for (Future<Outcome> outcome : outcomes) {
                    granted += outcome.get() instanceof Outcome.Granted ? 1 : 0;
                }
                assertThat(granted).as("round %s", round).isEqualTo(1);
            }
        }
    }

    private Authority open() {
        return Authority.open(data, Fixtures.settings(), InstantSource.system());
    }
}
