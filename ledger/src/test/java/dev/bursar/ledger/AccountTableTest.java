package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AccountTableTest {

    private static final int STEPS = 200_000;
    private static final int KEYS = 3_000;

    private final AccountTable table = new AccountTable();
    private final Map<AccountKey, Account> naive = new HashMap<>();

    private static AccountKey key(int number) {
        return new AccountKey(new BudgetId("acme/run"), List.of("run-" + number), 0);
    }

    private static Account account(AccountKey key) {
        return new Account(
                new StateRecord.AccountState(
                        key, Instant.EPOCH, Instant.EPOCH, 0, 0, Funding.NONE, List.of()),
                TestLedger.budget("run", Unit.TOKENS, 100));
    }

    @Test
    void table_ofRandomKeys_isLikeANaiveMap() {
        Random random = new Random(7);
        for (int i = 0; i < STEPS; i++) {
            AccountKey key = key(random.nextInt(KEYS));
            // Grows at first and shrinks in the end.
            if (random.nextInt(STEPS) > i && !naive.containsKey(key)) {
                Account account = account(key);
                table.add(account);
                naive.put(key, account);
            } else {
                assertThat(table.remove(key)).isSameAs(naive.remove(key));
            }
            AccountKey other = key(random.nextInt(KEYS));
            assertThat(table.get(other)).isSameAs(naive.get(other));
            assertThat(table.isEmpty()).isEqualTo(naive.isEmpty());
        }
        for (AccountKey key : List.copyOf(naive.keySet())) {
            assertThat(table.remove(key)).isSameAs(naive.get(key));
        }
        assertThat(table.isEmpty()).isTrue();
    }

    @Test
    void add_ofASecondAccountOfAKey_throws() {
        table.add(account(key(1)));
        assertThatThrownBy(() -> table.add(account(key(1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("run-1");
    }

    /// "Aa" and "BB" have the same hash, and so has every word made of them.
    @Test
    void accounts_ofKeysWithTheSameHash_areKeptApart() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            StringBuilder word = new StringBuilder();
            for (int bit = 0; bit < 5; bit++) {
                word.append(random.nextBoolean() ? "Aa" : "BB");
            }
            AccountKey key = new AccountKey(new BudgetId("acme/run"), List.of(word.toString()), 0);
            if (naive.containsKey(key)) {
                assertThat(table.remove(key)).isSameAs(naive.remove(key));
            } else {
                Account account = account(key);
                table.add(account);
                naive.put(key, account);
            }
            naive.forEach((each, account) -> assertThat(table.get(each)).isSameAs(account));
        }
    }
}
