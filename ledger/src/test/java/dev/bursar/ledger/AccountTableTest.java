package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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

    @Test
    void accounts_ofKeysWithTheSameHash_areKeptApart() {
        AccountTable same = new AccountTable(key -> -7);
        Random random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            AccountKey key = key(random.nextInt(60));
            if (naive.containsKey(key)) {
                assertThat(same.remove(key)).isSameAs(naive.remove(key));
            } else {
                Account account = account(key);
                same.add(account);
                naive.put(key, account);
            }
            naive.forEach((each, account) -> assertThat(same.get(each)).isSameAs(account));
            assertThat(same.get(key(60))).isNull();
        }
    }

    @Test
    void secretHash_ofKeysThatShareTheirHashCode_differs() {
        Set<Integer> codes = new HashSet<>();
        Set<Integer> hashes = new HashSet<>();
        for (int i = 0; i < 1 << 12; i++) {
            AccountKey key =
                    new AccountKey(
                            new BudgetId("acme/run"), List.of("team", KeyedHashTest.word(i)), 0);
            codes.add(key.hashCode());
            hashes.add(AccountTable.secretHash(key));
        }
        assertThat(codes).hasSize(1);
        assertThat(hashes).hasSizeGreaterThan((1 << 12) - 10);
    }

    @Test
    void secretHash_dependsOnTheOrderOfValuesAndOnTheWindow() {
        BudgetId budget = new BudgetId("acme/run");
        assertThat(
                        List.of(
                                AccountTable.secretHash(
                                        new AccountKey(budget, List.of("a", "b"), 0)),
                                AccountTable.secretHash(
                                        new AccountKey(budget, List.of("b", "a"), 0)),
                                AccountTable.secretHash(
                                        new AccountKey(budget, List.of("a", "b"), 86_400_000))))
                .doesNotHaveDuplicates();
    }

    private List<String> walked(AccountTable of, int portion, Runnable between) {
        List<String> seen = new ArrayList<>();
        AccountTable.Spot spot = AccountTable.Spot.FIRST;
        while (spot != null) {
            List<String> page = new ArrayList<>();
            spot =
                    of.walk(
                            spot,
                            account -> {
                                if (page.size() == portion) {
                                    return false;
                                }
                                return page.add(account.key().per().getFirst());
                            });
            seen.addAll(page);
            between.run();
        }
        return seen;
    }

    /// Of a table that grows from one part to many meanwhile, and has accounts removed.
    @Test
    void walk_seesOnceWhatStays_whateverComesAndGoes() {
        Random random = new Random(7);
        Set<String> staying = new HashSet<>();
        for (int i = 0; i < 900; i++) {
            table.add(account(key(i)));
            staying.add("run-" + i);
        }
        int[] next = {900};
        List<String> seen =
                walked(
                        table,
                        30,
                        () -> {
                            for (int i = 0; i < 100; i++) {
                                table.add(account(key(next[0]++)));
                            }
                            AccountKey gone = key(random.nextInt(next[0]));
                            if (table.remove(gone) != null) {
                                staying.remove(gone.per().getFirst());
                            }
                        });
        assertThat(next[0]).isGreaterThan(2 * AccountTable.SMALL);
        assertThat(seen).doesNotHaveDuplicates().containsAll(staying);
    }

    @Test
    void walk_hashesNoKeyAnew() {
        int[] hashed = {0};
        AccountTable counted =
                new AccountTable(key -> {
                    hashed[0]++;
                    return AccountTable.secretHash(key);
                });
        for (int i = 0; i < 2 * AccountTable.SMALL; i++) {
            counted.add(account(key(i)));
        }
        int before = hashed[0];
        assertThat(walked(counted, 500, () -> {})).hasSize(2 * AccountTable.SMALL);
        assertThat(hashed[0]).isEqualTo(before);
    }

    @Test
    void walk_throughAccountsOfOneHash_seesEachOnce() {
        AccountTable same = new AccountTable(key -> -7);
        for (int i = 0; i < 50; i++) {
            same.add(account(key(i)));
        }
        assertThat(walked(same, 7, () -> {})).hasSize(50).doesNotHaveDuplicates();
    }

    /// A walk stops also where it finds nothing.
    @Test
    void walk_throughATableThatWasLarge_looksAtABoundedPart() {
        int many = 2 * AccountTable.MAX_WALKED;
        for (int i = 0; i < many; i++) {
            table.add(account(key(i)));
        }
        for (int i = 0; i < many; i++) {
            table.remove(key(i));
        }
        int[] walks = {0};
        assertThat(walked(table, 7, () -> walks[0]++)).isEmpty();
        assertThat(walks[0]).isGreaterThan(1);
    }
}
