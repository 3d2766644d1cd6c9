package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static dev.bursar.authority.Fixtures.define;
import static dev.bursar.authority.Fixtures.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Balance;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ExpiryTest {

    private static final int PORTION = 16;
    private static final int HOLDS = 10 * PORTION;

    @TempDir Path data;

    @Test
    void ticker_whenManyHoldsRunOut_endsThemInPortionsAtOnce() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T10:00:00Z"));
        MemoryJournal journal = new MemoryJournal();
        AuthoritySettings settings =
                new AuthoritySettings(
                        LedgerLimits.DEFAULT,
                        1_024,
                        1_024,
                        Duration.ofMillis(20),
                        PORTION,
                        Long.MAX_VALUE,
                        AuthorityMeter.NONE);
        try (Authority authority =
                Authority.open(DataDirectory.lock(data), journal, settings, now::get)) {
            authority.submit(define("company", 1_000 * USD));
            List<CompletableFuture<Outcome>> holds = new ArrayList<>();
            for (int i = 0; i < HOLDS; i++) {
                holds.add(authority.submitAsync(reserve("h" + i, USD)));
            }
            holds.forEach(CompletableFuture::join);
            assertThat(held(authority)).isEqualTo(HOLDS * USD);

            now.updateAndGet(time -> time.plus(Duration.ofMinutes(11)));
            while (held(authority) > 0) {
                Thread.onSpinWait();
            }
        }
        assertThat(journal.read(0, Integer.MAX_VALUE))
                .filteredOn(positioned -> positioned.entry() instanceof Entry.Expired)
                .hasSize(HOLDS);
    }

    private static long held(Authority authority) {
        return authority.balances(new BudgetId("acme/company"), 1).stream()
                .mapToLong(Balance::held)
                .sum();
    }
}
