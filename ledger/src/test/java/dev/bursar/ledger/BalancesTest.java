package dev.bursar.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Balances of a budget in pages.
class BalancesTest {

    private static final Window DAY =
            new Window.Calendar(Window.Calendar.Period.DAY, ZoneOffset.UTC);

    private final TestLedger house = new TestLedger();

    private Budget define(Window window, String... per) {
        Budget budget =
                TestLedger.per(
                        TestLedger.every(TestLedger.budget("many", Unit.TOKENS, 1_000), window),
                        per);
        house.submit(new Command.DefineBudget(budget));
        return budget;
    }

    private void spend(Budget budget, String team, String user) {
        house.submit(
                new Command.AdjustBudget(
                        new CommandKey(team + user, 1),
                        TestLedger.ACME,
                        budget.id(),
                        List.of(team, user),
                        Command.Adjustment.CREDIT,
                        5,
                        Attribution.NONE));
    }

    private @Nullable BalancesPage pageOrNone(
            Budget budget, Map<String, String> per, @Nullable BalancesMark from, int atMost) {
        SortedMap<String, String> wanted = new TreeMap<>(per);
        return house.ledger()
                .balances(new BalancesQuery(budget.id(), wanted, from, atMost), house.now);
    }

    private BalancesPage page(
            Budget budget, Map<String, String> per, @Nullable BalancesMark from, int atMost) {
        return Objects.requireNonNull(pageOrNone(budget, per, from, atMost));
    }

    private List<String> listed(Budget budget, Map<String, String> per, int atMost) {
        List<String> all = new ArrayList<>();
        BalancesMark mark = null;
        do {
            BalancesPage page = page(budget, per, mark, atMost);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(atMost);
            page.items().forEach(one -> all.add(String.join("/", one.account().per())));
            mark = page.next();
        } while (mark != null);
        return all;
    }

    @Test
    void pages_haveEachBalanceOnce() {
        Budget budget = define(new Window.Life(), "team", "user");
        for (int i = 0; i < 30; i++) {
            spend(budget, "t" + i % 3, "u" + i);
        }
        assertThat(listed(budget, Map.of(), 7)).hasSize(30).doesNotHaveDuplicates();
        assertThat(page(budget, Map.of(), null, 30).next()).isNull();
        assertThat(listed(budget, Map.of("team", "t1"), 4))
                .hasSize(10)
                .allMatch(per -> per.startsWith("t1/"));
        assertThat(listed(budget, Map.of("team", "t1", "user", "u4"), 4)).containsExactly("t1/u4");
        assertThat(listed(budget, Map.of("team", "t1", "user", "none"), 4)).isEmpty();
        assertThat(page(budget, Map.of("team", "t1", "user", "u4"), null, 1).items().getFirst())
                .isEqualTo(
                        house.ledger().balances(budget.id(), 100, house.now).stream()
                                .filter(one -> one.account().per().contains("u4"))
                                .findFirst()
                                .orElseThrow());
    }

    @Test
    void mark_ofAWindowThatIsOver_findsNothing() {
        Budget budget = define(DAY, "team", "user");
        spend(budget, "t", "a");
        spend(budget, "t", "b");
        BalancesPage first = page(budget, Map.of(), null, 1);
        house.pass(Duration.ofDays(1));
        assertThat(pageOrNone(budget, Map.of(), first.next(), 1)).isNull();
        assertThat(page(budget, Map.of(), null, 1).items()).isEmpty();
    }

    /// A question does not keep the writer: it stops after so many accounts, with what it has.
    @Test
    void page_ofFewAmongMany_looksAtABoundedPart() {
        Budget budget =
                TestLedger.per(TestLedger.budget("many", Unit.TOKENS, 1_000), "team", "user");
        Ledger ledger = new Ledger(LedgerLimits.DEFAULT);
        run(ledger, new Command.DefineBudget(budget));
        for (int i = 0; i < 10 * Ledger.MAX_WALKED; i++) {
            run(
                    ledger,
                    new Command.AdjustBudget(
                            new CommandKey("k" + i, 1),
                            TestLedger.ACME,
                            budget.id(),
                            List.of(i == 77 ? "few" : "many", "u" + i),
                            Command.Adjustment.CREDIT,
                            5,
                            Attribution.NONE));
        }
        SortedMap<String, String> few = new TreeMap<>(Map.of("team", "few"));
        int pages = 0;
        int found = 0;
        BalancesMark mark = null;
        do {
            BalancesPage page =
                    Objects.requireNonNull(
                            ledger.balances(
                                    new BalancesQuery(budget.id(), few, mark, 10), house.now));
            found += page.items().size();
            mark = page.next();
            pages++;
        } while (mark != null);
        assertThat(found).isEqualTo(1);
        assertThat(pages).isEqualTo(10);
    }

    private void run(Ledger ledger, Command command) {
        ledger.decide(command, house.now).entries().forEach(ledger::apply);
    }
}
