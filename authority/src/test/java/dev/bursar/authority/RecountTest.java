package dev.bursar.authority;

import static dev.bursar.authority.Fixtures.USD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Decision;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Sums;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RecountTest {

    private static final long SEED = Long.getLong("bursar.seed", System.nanoTime());
    private static final int COMMANDS = 20_000;

    /// There are as many until everything has come up that a recount could get wrong.
    private static final int MOST_COMMANDS = 20 * COMMANDS;

    /// Kinds of entries that have to come up.
    private static final int KINDS = 14;

    private static final Instant START = Instant.parse("2026-03-28T22:00:00Z");

    private final Ledger ledger = new Ledger(LedgerLimits.DEFAULT);
    private final Recount recount = new Recount();

    @Test
    void apply_randomCommands_agreesWithTheLedgerAfterEveryEntry() {
        RandomCommands commands = new RandomCommands(SEED);
        Random steps = new Random(SEED);
        Instant now = START;
        Set<Class<?>> kinds = new HashSet<>();
        Set<Balance> seen = EnumSet.noneOf(Balance.class);
        for (Command command : commands.definitions()) {
            decide(command, now, kinds, seen);
        }
        for (int i = 0; i < COMMANDS || (i < MOST_COMMANDS && !haveComeUp(kinds, seen)); i++) {
            now = now.plus(step(steps));
            Decision decision = decide(commands.next(now), now, kinds, seen);
            commands.learn(decision.outcome());
        }
        assertThat(kinds).as("kinds of entries, seed %s", SEED).hasSizeGreaterThanOrEqualTo(KINDS);
        assertThat(seen).as("seed %s", SEED).isEqualTo(EnumSet.allOf(Balance.class));
    }

    /// Mostly a moment; at times a part of a rolling window, or more than a day.
    private static Duration step(Random steps) {
        int leap = steps.nextInt(400);
        return leap == 0
                ? Duration.ofHours(30)
                : leap < 8
                        ? Duration.ofSeconds(steps.nextInt(1_800))
                        : Duration.ofMillis(steps.nextInt(2_000));
    }

    private static boolean haveComeUp(Set<Class<?>> kinds, Set<Balance> seen) {
        return kinds.size() >= KINDS && seen.size() == Balance.values().length;
    }

    /// What a recount could get wrong.
    private enum Balance {
        SPENT,
        HELD,
        DEBT,
        UNCOVERED,
        CREDIT,
        GRANTED,
        PARTLY_PAST,
        GONE
    }

    private Decision decide(Command command, Instant now, Set<Class<?>> kinds, Set<Balance> seen) {
        Decision decision = ledger.decide(command, now);
        for (Entry entry : decision.entries()) {
            kinds.add(entry.getClass());
            ledger.apply(entry);
            for (AccountKey account : recount.apply(entry)) {
                Sums counted = recount.sums(account);
                assertThat(counted)
                        .as("%s after %s, seed %s", account, entry, SEED)
                        .isEqualTo(ledger.sums(account));
                note(counted, seen);
            }
        }
        if (!(command instanceof Command.Expire)) {
            return decision; // counting all takes long
        }
        int[] accounts = {0};
        recount.forEach((account, sums) -> accounts[0]++);
        assertThat(accounts[0]).as("after %s, seed %s", command, SEED).isEqualTo(ledger.accounts());
        return decision;
    }

    private static void note(@Nullable Sums sums, Set<Balance> seen) {
        if (sums == null) {
            seen.add(Balance.GONE);
            return;
        }
        add(seen, Balance.SPENT, sums.spent());
        add(seen, Balance.HELD, sums.held());
        add(seen, Balance.DEBT, sums.debt());
        add(seen, Balance.UNCOVERED, sums.uncovered());
        add(seen, Balance.CREDIT, sums.credit());
        add(seen, Balance.GRANTED, sums.granted());
        add(seen, Balance.PARTLY_PAST, Math.min(sums.counted(), sums.spent() - sums.counted()));
    }

    private static void add(Set<Balance> seen, Balance balance, long value) {
        if (value != 0) {
            seen.add(balance);
        }
    }

    @Test
    void apply_anEntryThatTheLedgerDoesNotHave_differs() {
        AccountKey company = new AccountKey(new BudgetId("acme/company"), List.of(), 0);
        for (Command command :
                List.of(
                        Fixtures.define("company", 5 * USD),
                        Fixtures.reserve("h1", USD),
                        Fixtures.commit("h1", USD / 2))) {
            Decision decision = ledger.decide(command, START);
            decision.entries().forEach(recount::apply);
            boolean lost = command instanceof Command.Commit;
            if (!lost) {
                decision.entries().forEach(ledger::apply);
            }
        }
        assertThat(recount.sums(company)).isEqualTo(new Sums(USD / 2, USD / 2, 0, 0, 0, 0, 0));
        assertThat(ledger.sums(company)).isEqualTo(new Sums(0, 0, USD, 0, 0, 0, 0));
    }
}
