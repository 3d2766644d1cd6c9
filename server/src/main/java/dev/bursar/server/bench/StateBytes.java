package dev.bursar.server.bench;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Decision;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.IntFunction;

/// What one thing of each kind takes in a ledger's memory: the live heap with many of them, after a
/// collection, less that without, by their number.
///
/// @param openHold in one account that many share
/// @param openHoldAndAccount in an account of its own
/// @param endedHold remembered, in no account of its own
/// @param outcome remembered by a key
/// @param account used once, without what is remembered of that
record StateBytes(
        long openHold, long openHoldAndAccount, long endedHold, long outcome, long account) {

    private static final Instant NOW = Instant.EPOCH.plus(Duration.ofDays(20_000));
    private static final Duration TTL = Duration.ofHours(1);

    /// @param count of each kind, one after the other
    static StateBytes measure(int count) {
        long chargeToOne = bytes(count, i -> new Command[] {charge(i, "run")});
        long chargeEach = bytes(count, i -> new Command[] {charge(i, "run-" + i)});
        return new StateBytes(
                bytes(count, i -> new Command[] {reserve(i, "run")}),
                bytes(count, i -> new Command[] {reserve(i, "run-" + i)}),
                bytes(count, i -> new Command[] {reserve(i, "run"), commit(i)}),
                chargeToOne,
                chargeEach - chargeToOne);
    }

    private static long bytes(int count, IntFunction<Command[]> commands) {
        Ledger ledger = new Ledger(LedgerLimits.DEFAULT);
        take(ledger, ScaleLoad.budgets().getLast());
        long before = liveBytes();
        for (int i = 0; i < count; i++) {
            for (Command command : commands.apply(i)) {
                take(ledger, command);
            }
        }
        long after = liveBytes();
        if (ledger.accounts() == 0) {
            throw new IllegalStateException("the commands have left nothing");
        }
        return (after - before) / count;
    }

    private static void take(Ledger ledger, Command command) {
        Decision decision = ledger.decide(command, NOW);
        if (decision.entries().isEmpty()) {
            throw new IllegalStateException("refused: " + decision.outcome());
        }
        decision.entries().forEach(ledger::apply);
    }

    private static Command reserve(int number, String run) {
        return ScaleLoad.reserve("hold-" + number, run, TTL, Command.OnExpiry.RELEASE);
    }

    private static Command commit(int number) {
        return ScaleLoad.commit("hold-" + number, ScaleLoad.USED);
    }

    private static Command charge(int number, String run) {
        return new Command.Charge(
                new CommandKey("charge-" + number, 0),
                ScaleLoad.TENANT,
                Subject.of(Map.of(Subject.RUN, run)),
                Amounts.of(Unit.USD_MICROCENTS, 1),
                Command.Overage.ALWAYS,
                false,
                Attribution.NONE);
    }

    private static long liveBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
