package dev.bursar.ledger;

import static dev.bursar.ledger.TestLedger.ACME;
import static dev.bursar.ledger.TestLedger.as;
import static dev.bursar.ledger.TestLedger.budget;
import static dev.bursar.ledger.TestLedger.granted;
import static dev.bursar.ledger.TestLedger.lasting;
import static dev.bursar.ledger.TestLedger.reason;
import static dev.bursar.ledger.TestLedger.subject;
import static dev.bursar.ledger.Unit.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Command.OnExpiry;
import dev.bursar.ledger.Command.Overage;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Holds of a minute, with ten seconds of grace.
class ExtendTest {

    private static final Subject RUN = subject("run", "1");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final TestLedger ledger = new TestLedger();
    private final Instant start = ledger.now;

    @BeforeEach
    void oneBudget() {
        ledger.define(budget("total", TOKENS, 100));
    }

    @AfterEach
    void replayIsEqual() {
        ledger.assertReplayIsEqual();
    }

    private HoldId hold(OnExpiry onExpiry) {
        Command.Reserve plain = ledger.reserveCommand(RUN, Amounts.of(TOKENS, 30));
        Command.Reserve short_ = lasting(as(plain, onExpiry, Overage.ALWAYS), MINUTE, GRACE);
        return granted(ledger.submit(short_)).hold();
    }

    /// What may be done with a hold so many milliseconds after it was made.
    @ParameterizedTest
    @CsvSource({
        "60000, RELEASE, true, true",
        "60001, RELEASE, true, false",
        "70000, RELEASE, true, false",
        "70001, RELEASE, false, false",
        "60000, CHARGE, true, true",
        "60001, CHARGE, true, false",
        "70001, CHARGE, true, false",
    })
    void grace_isForEnding_notForExtending(
            long millis, OnExpiry onExpiry, boolean commits, boolean extends_) {
        HoldId committed = hold(onExpiry);
        HoldId extended = hold(onExpiry);
        ledger.now = start.plusMillis(millis);

        Outcome extension = ledger.extend(extended, MINUTE, 10);
        Outcome commit = ledger.commit(committed, TOKENS, 30);

        assertThat(commit instanceof Outcome.Committed).isEqualTo(commits);
        assertThat(extension instanceof Outcome.Extended).isEqualTo(extends_);
        if (!commits) {
            assertThat(reason(commit)).isEqualTo(Reason.HOLD_EXPIRED);
        }
        if (!extends_) {
            assertThat(reason(extension)).isEqualTo(Reason.HOLD_EXPIRED);
        }
    }

    @Test
    void release_inGrace_isFine_andTheSweepWaitsForItsEnd() {
        HoldId released = hold(OnExpiry.RELEASE);
        hold(OnExpiry.RELEASE);
        ledger.now = start.plusMillis(70_000);

        assertThat(ledger.release(released)).isInstanceOf(Outcome.Released.class);
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(0, 0, false));
        ledger.pass(Duration.ofMillis(1));
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(1, 0, false));
    }

    @Test
    void lastMillisecondOfGrace_isItsOwners_andTheNextIsAnybodys() {
        HoldId hold = hold(OnExpiry.RELEASE);
        ledger.now = start.plusMillis(70_000);
        StateRecord.HoldState state = Objects.requireNonNull(ledger.ledger().hold(hold));

        assertThat(ledger.reserve(RUN, TOKENS, 100)).isInstanceOf(Outcome.Refused.class);
        assertThat(state.isDue(ledger.now.plusNanos(999_999))).isFalse();
        ledger.pass(Duration.ofMillis(1));
        assertThat(state.isDue(ledger.now)).isTrue();
        granted(ledger.reserve(RUN, TOKENS, 100));
        assertThat(reason(ledger.commit(hold, TOKENS, 30))).isEqualTo(Reason.HOLD_EXPIRED);
    }

    @Test
    void extend_countsFromTheCurrentEnd_andMovesTheExpiry() {
        HoldId hold = hold(OnExpiry.RELEASE);
        hold(OnExpiry.RELEASE);
        ledger.pass(Duration.ofSeconds(20));

        Outcome.Extended first = (Outcome.Extended) ledger.extend(hold, MINUTE, 10);
        Outcome.Extended second = (Outcome.Extended) ledger.extend(hold, MINUTE, 10);

        assertThat(first.expiresAt()).isEqualTo(start.plusSeconds(120));
        assertThat(second.expiresAt()).isEqualTo(start.plusSeconds(180));
        assertThat(second.extensions()).isEqualTo(2);
        StateRecord.HoldState state = Objects.requireNonNull(ledger.ledger().hold(hold));
        assertThat(state.expiresAt()).isEqualTo(start.plusSeconds(180));
        assertThat(state.extensions()).isEqualTo(2);
        ledger.now = start.plusSeconds(190);
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(1, 0, false));
        ledger.pass(Duration.ofMillis(1));
        assertThat(ledger.expire()).isEqualTo(new Outcome.Expired(1, 0, false));
        assertThat(ledger.only("total").held()).isZero();
    }

    @Test
    void extend_noMoreOftenThanAllowed_andNoLongerThanAHoldMayLast() {
        HoldId hold = hold(OnExpiry.RELEASE);

        Outcome.Extended far = (Outcome.Extended) ledger.extend(hold, Command.Reserve.MAX_TTL, 1);

        assertThat(far.expiresAt()).isEqualTo(start.plus(Command.Reserve.MAX_TTL));
        assertThat(reason(ledger.extend(hold, MINUTE, 1))).isEqualTo(Reason.EXTENSIONS_EXHAUSTED);
    }

    @Test
    void extend_repeated_takesEffectOnce_alsoAfterTheHoldHasEnded() {
        HoldId hold = hold(OnExpiry.RELEASE);
        Command.Extend extend = new Command.Extend(new CommandKey("x", 1), ACME, hold, MINUTE, 10);
        Outcome first = ledger.submit(extend);

        assertThat(ledger.submit(extend)).isEqualTo(new Outcome.Repeated(first));
        ledger.commit(hold, TOKENS, 1);
        assertThat(ledger.submit(extend)).isEqualTo(new Outcome.Repeated(first));
        assertThat(
                        reason(
                                ledger.submit(
                                        new Command.Extend(
                                                new CommandKey("x", 2), ACME, hold, MINUTE, 9))))
                .isEqualTo(Reason.IDEMPOTENCY_MISMATCH);
        assertThat(reason(ledger.extend(hold, MINUTE, 10))).isEqualTo(Reason.HOLD_FINALIZED);
        assertThat(reason(ledger.extend(new HoldId("none"), MINUTE, 10)))
                .isEqualTo(Reason.HOLD_NOT_FOUND);
    }
}
