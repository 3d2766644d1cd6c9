package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.blocks;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.every;
import static dev.bursar.ledger.TestLedger.mode;
import static dev.bursar.ledger.TestLedger.on;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Command.Adjustment;
import dev.bursar.ledger.Command.OnExpiry;
import dev.bursar.ledger.Command.Overage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Amounts up to the largest `long`: whatever a client says, every answer is one of the ledger's own, sums
/// stay exact, and what is refused changes nothing.
class LargeAmountsTest {

    private static final long MOST = Long.MAX_VALUE;
    private static final Subject RUN = subject("run", "1", "team", "a", "user", "u");
    private static final List<Overage> OVERAGES = List.of(Overage.values());
    private static final List<Adjustment> ADJUSTMENTS = List.of(Adjustment.values());
    private static final long[] AMOUNTS = {
        0, 1, 99, 100, 101, Budget.MAX_LIMIT, Account.MAX_SUM - 1, Account.MAX_SUM, MOST - 1, MOST
    };

    private final TestLedger ledger = new TestLedger();

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    @Test
    void reserve_largestAmount_isAboveEveryLimit() {
        ledger.define(on(budget("total", TOKENS, Budget.MAX_LIMIT), overdraft()));
        ledger.granted(RUN, TOKENS, 60);

        Block block = blocks(ledger.reserve(RUN, TOKENS, MOST)).getFirst();

        assertThat(block.cause()).isEqualTo(Block.Cause.ABOVE_LIMIT);
        assertThat(block.asked()).isEqualTo(MOST);
        assertThat(block.affordable()).isEqualTo(Budget.MAX_LIMIT - 60);
        assertThat(ledger.only("total").held()).isEqualTo(60);
    }

    @Test
    void reserve_largestAmountInARollingWindow_tellsWhenAllHasLeft() {
        Duration hour = Duration.ofHours(1);
        ledger.define(every(budget("hour", TOKENS, 100), new Window.Rolling(hour)));
        ledger.charge(RUN, TOKENS, 50, Overage.ALWAYS);

        Block block = blocks(ledger.reserve(RUN, TOKENS, MOST)).getFirst();

        assertThat(block.resetsAt())
                .isBetween(ledger.now.plus(hour), ledger.now.plus(hour).plusSeconds(60));
    }

    @ParameterizedTest
    @EnumSource(names = {"SOFT", "SHADOW"})
    void reserve_moreThanASumHasRoomFor_isRefusedByABudgetThatLimitsNothing(Budget.Mode mode) {
        ledger.define(mode(budget("total", TOKENS, 100), mode));
        ledger.granted(RUN, TOKENS, Account.MAX_SUM - 1);

        Outcome refused = ledger.reserve(RUN, TOKENS, 2);

        assertThat(reason(refused)).isEqualTo(Reason.BUDGET_EXCEEDED);
        assertThat(blocks(refused)).extracting(Block::name).containsExactly("total");
        assertThat(blocks(ledger.reserve(RUN, TOKENS, MOST))).hasSize(1);
        assertThat(ledger.only("total").held()).isEqualTo(Account.MAX_SUM - 1);
        ledger.granted(RUN, TOKENS, 1);
    }

    @Test
    void commit_moreThanASumHasRoomFor_isRefusedAndLeavesTheHold() {
        ledger.define(mode(budget("soft", TOKENS, 100), Budget.Mode.SOFT));
        HoldId hold = ledger.granted(RUN, TOKENS, 10);

        Outcome refused = ledger.commit(hold, TOKENS, MOST);

        assertThat(reason(refused)).isEqualTo(Reason.CAPACITY);
        assertThat(blocks(refused)).extracting(Block::asked).containsExactly(MOST);
        assertThat(ledger.journal.getLast()).isInstanceOf(Entry.Refused.class);
        assertThat(ledger.only("soft").held()).isEqualTo(10);
        ledger.commit(hold, TOKENS, 7);
        assertThat(ledger.only("soft").spent()).isEqualTo(7);
    }

    /// Of a limit of 100 with an overdraft of 20, 10 are held.
    @ParameterizedTest
    @CsvSource({
        "REJECT, OVERAGE_REJECTED, 0, 10, 0",
        "ALLOW_IF_AVAILABLE, , 100, 0, 9223372036854775707",
        "ALLOW_WITH_OVERDRAFT, OVERDRAFT_EXCEEDED, 0, 10, 0",
        "ALWAYS, CAPACITY, 0, 10, 0",
    })
    void commit_largestAmount_isCappedOrRefused(
            Overage overage, @Nullable Reason refused, long spent, long held, long uncovered) {
        ledger.define(on(budget("total", TOKENS, 100), overdraft()));

        Outcome outcome = ledger.commit(ledger.granted(RUN, TOKENS, 10, overage), TOKENS, MOST);

        assertThat(outcome instanceof Outcome.Refused r ? r.reason() : null).isEqualTo(refused);
        Balance balance = ledger.only("total");
        assertThat(balance.spent()).isEqualTo(spent);
        assertThat(balance.held()).isEqualTo(held);
        assertThat(balance.funding().uncovered()).isEqualTo(uncovered);
        assertThat(balance.funding().debt()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Overage.class)
    void charge_largestAmountTwice_neverPassesASum(Overage overage) {
        ledger.define(on(budget("total", TOKENS, 100), overdraft()));
        ledger.define(mode(budget("soft", TOKENS, 100), Budget.Mode.SOFT));

        assertThat(ledger.charge(RUN, TOKENS, MOST, overage)).isInstanceOf(Outcome.Refused.class);
        assertThat(ledger.charge(RUN, TOKENS, MOST, overage)).isInstanceOf(Outcome.Refused.class);
        assertThat(ledger.balances("total")).allMatch(b -> b.spent() == 0);
        assertThat(ledger.balances("soft")).allMatch(b -> b.spent() == 0);
    }

    /// Every kind of budget, with amounts at every bound: an exception would be one of the writer's.
    @Test
    void ledger_randomCommandsWithAmountsAtTheBounds_nothingBreaks() {
        long seed = new Random().nextLong();
        for (int round = 0; round < 60; round++) {
            TestLedger hostile = new TestLedger();
            ModelBudgets.BUDGETS.forEach(hostile::define);
            hostile.define(mode(budget("wide", TOKENS, Budget.MAX_LIMIT), Budget.Mode.SOFT));
            Random random = new Random(seed + round);
            try {
                for (int i = 0; i < 300; i++) {
                    step(hostile, random);
                }
                hostile.assertReplayIsEqual();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }

    private static final List<Unit> UNITS =
            List.of(
                    Unit.USD_MICROCENTS,
                    Unit.TOKENS,
                    Unit.CALLS,
                    Unit.SLOTS,
                    Unit.MILLIS,
                    Unit.TOOL_CALLS,
                    new Unit("CREDITS"));

    private static void step(TestLedger ledger, Random random) {
        long amount = AMOUNTS[random.nextInt(AMOUNTS.length)];
        Unit unit = UNITS.get(random.nextInt(UNITS.size()));
        Overage overage = OVERAGES.get(random.nextInt(OVERAGES.size()));
        ledger.pass(Duration.ofMillis(random.nextInt(2_000_000)));
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> ledger.submit(reserve(ledger, unit, amount, overage, random));
            case 3, 4 -> commit(ledger, amount, random);
            case 5 -> ledger.charge(RUN, unit, amount, overage);
            case 6 -> ledger.expire();
            default -> {
                Budget budget = ModelBudgets.at(random.nextInt(100));
                Adjustment adjustment = ADJUSTMENTS.get(random.nextInt(ADJUSTMENTS.size()));
                String[] per = NaiveBooks.per(budget, RUN).toArray(String[]::new);
                long money = Math.min(amount, Budget.MAX_LIMIT);
                ledger.adjust(budget.name(), adjustment, money, per);
            }
        }
    }

    private static Command.Reserve reserve(
            TestLedger ledger, Unit unit, long amount, Overage overage, Random random) {
        OnExpiry onExpiry = random.nextBoolean() ? OnExpiry.CHARGE : OnExpiry.RELEASE;
        Command.Reserve plain = ledger.reserveCommand(RUN, Amounts.of(unit, amount));
        return TestLedger.as(
                new Command.Reserve(
                        plain.key(),
                        plain.hold(),
                        ACME,
                        RUN,
                        plain.asked(),
                        random.nextBoolean() ? Amounts.of(unit, 0) : Amounts.NONE,
                        plain.ttl(),
                        onExpiry,
                        overage,
                        Attribution.NONE),
                onExpiry,
                overage);
    }

    private static void commit(TestLedger ledger, long amount, Random random) {
        List<StateRecord.HoldState> open = new ArrayList<>();
        ledger.ledger()
                .state()
                .forEach(record -> {
                    if (record instanceof StateRecord.OpenHold hold) {
                        open.add(hold.state());
                    }
                });
        if (!open.isEmpty()) {
            StateRecord.HoldState hold = open.get(random.nextInt(open.size()));
            Amounts actual = Amounts.NONE;
            for (Unit unit : hold.granted().held().units()) {
                actual = actual.with(unit, amount);
            }
            HoldId id = hold.granted().hold();
            ledger.ledger().leftAfter(id, actual, ledger.now);
            ledger.submit(ledger.commitCommand(id, actual));
        }
    }

    private static Terms overdraft() {
        return new Terms(null, 20, 0, null, false);
    }
}
