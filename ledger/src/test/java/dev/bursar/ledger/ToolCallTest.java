package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.matching;
import static dev.bursar.ledger.TestLedger.per;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOOL_CALLS;
import static dev.bursar.ledger.Unit.USD_MICROCENTS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Tool calls that were counted when a model asked for them.
class ToolCallTest {

    private static final Subject SEARCH = subject("run", "r1", "tool", "search");

    private final TestLedger ledger = new TestLedger();

    @BeforeEach
    void define() {
        ledger.define(per(budget("run", TOOL_CALLS, 2), "run"));
        ledger.define(per(budget("tool", TOOL_CALLS, 2), "tool"));
        ledger.define(matching(budget("search", TOOL_CALLS, 5), "tool", "search"));
        ledger.define(budget("money", USD_MICROCENTS, 100));
    }

    @AfterEach
    void replay() {
        ledger.assertReplayIsEqual();
    }

    private Outcome reserve(boolean counted) {
        Command.Reserve plain =
                ledger.reserveCommand(
                        SEARCH, Amounts.of(Map.of(TOOL_CALLS, 1L, USD_MICROCENTS, 10L)));
        return ledger.submit(
                new Command.Reserve(
                        plain.key(),
                        plain.hold(),
                        ACME,
                        SEARCH,
                        plain.asked(),
                        Amounts.NONE,
                        Command.Shortage.TAKE,
                        plain.ttl(),
                        plain.grace(),
                        plain.onExpiry(),
                        plain.overage(),
                        false,
                        plain.attribution(),
                        counted));
    }

    private void call(boolean counted) {
        Outcome.Granted held = granted(reserve(counted));
        ledger.submit(
                new Command.Commit(
                        new CommandKey(held.hold().value(), 1),
                        ACME,
                        held.hold(),
                        held.held(),
                        Attribution.NONE));
    }

    private long spent(String name) {
        return ledger.ledger().balances(new BudgetId("acme/" + name), 10, ledger.now).stream()
                .mapToLong(Balance::spent)
                .sum();
    }

    @Test
    void reserve_countedToolCall_countsOnlyWhereTheToolIsLookedAt() {
        call(true);

        assertThat(spent("run")).isZero();
        assertThat(spent("tool")).isEqualTo(1);
        assertThat(spent("search")).isEqualTo(1);
        assertThat(spent("money")).isEqualTo(10);
    }

    @Test
    void reserve_newToolCall_countsEverywhere() {
        call(false);

        assertThat(spent("run")).isEqualTo(1);
        assertThat(spent("tool")).isEqualTo(1);
        assertThat(spent("search")).isEqualTo(1);
    }

    @Test
    void reserve_countedToolCall_passesTheRunsFullBudget_butNotTheTools() {
        call(false);
        call(true);

        Outcome third = reserve(true);

        assertThat(TestLedger.blocks(third)).extracting(Block::name).containsExactly("tool");
    }
}
