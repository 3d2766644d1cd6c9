package dev.bursar.gateway;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.breaker.BreakerPolicy;
import dev.bursar.gateway.breaker.Signs;
import dev.bursar.gateway.breaker.Verdict;
import dev.bursar.gateway.breaker.Watch;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Shows one call to the breakers, and does what they say: notes it, lets it wait, or stops its run. A call
/// that names no run is a run of its own and turns in no circle. Not thread-safe.
///
/// A stop is the ledger's: it refuses this call and all that follow, also after a restart.
final class RunGuard {

    /// The rule that noticed a call, on its record.
    static final String BREAKER = "breaker";

    /// Who stops a run, in the journal.
    private static final String ACTOR = "breaker";

    private final Wiring wiring;
    private final Client client;
    private @Nullable Watch watch;
    private long waitedNanos;

    RunGuard(Wiring wiring, Client client) {
        this.wiring = wiring;
        this.client = client;
    }

    /// Before anything is held for the call.
    ///
    /// @param signs taken only when they are needed
    /// @throws RefusedException when the authority cannot answer
    void begin(
            TenantId tenant,
            Subject subject,
            HoldId call,
            Supplier<Signs> signs,
            CallRecord record) {
        String run = subject.get(Subject.RUN);
        if (run == null || run.equals(call.value())) {
            return;
        }
        BreakerPolicy policy = wiring.settings().breakers().policy(tenant, subject);
        long now = wiring.clock().millis();
        Watch begun = wiring.breakers().begin(tenant, run, signs.get(), policy, now);
        watch = begun;
        Verdict verdict = begun.verdict();
        if (verdict == null) {
            return;
        }
        record.label(BREAKER, verdict.rule().wire())
                .label("breaker_action", verdict.action().wire())
                .number("breaker_count", verdict.count());
        switch (verdict.action()) {
            case FLAG -> {}
            case SLOW -> slow(verdict, record);
            case STOP -> {
                Command.StopRun stop = new Command.StopRun(tenant, run, by(verdict, run, call));
                Admission.answered(() -> wiring.authority().submit(stop));
                begun.stopped();
            }
        }
    }

    private void slow(Verdict verdict, CallRecord record) {
        long from = System.nanoTime();
        client.awaitGone(verdict.delay());
        waitedNanos = System.nanoTime() - from;
        record.number("slowed_millis", waitedNanos / 1_000_000);
    }

    private static Attribution by(Verdict verdict, String run, HoldId call) {
        Map<String, String> labels = new TreeMap<>();
        labels.put("actor", ACTOR);
        labels.put("action", "run.stop");
        labels.put("target", run);
        labels.put("reason", verdict.said());
        labels.put("rule", verdict.rule().wire());
        labels.put("call", call.value());
        return Attribution.of(labels, Map.of("count", (long) verdict.count()));
    }

    /// Before the client has its answer: it could come again at once.
    void ended(Ending ending, AnswerReader reader) {
        if (watch == null) {
            return;
        }
        boolean answered =
                switch (ending) {
                    case Ending.Answered(int status, var _, var _) -> status < Call.ERROR;
                    case Ending.Relayed relayed -> relayed.status() < Call.ERROR;
                    case Ending.Stopped _ -> true;
                    case Ending.Failed _, Ending.ClientGone _ -> false;
                };
        tell(watch, answered && !reader.failed, reader, wiring.clock());
    }

    /// What watches the call, for who knows later how it ended; or null.
    @Nullable Watch watch() {
        return watch;
    }

    /// @param answered whether there was a good answer
    static void tell(Watch watch, boolean answered, AnswerReader reader, InstantSource clock) {
        if (answered) {
            watch.answered(reader.text.hash(), clock.millis());
        } else {
            watch.failed(clock.millis());
        }
    }

    /// For how long the call was made to wait.
    long waitedNanos() {
        return waitedNanos;
    }

    /// What the client of a stopped run is told.
    ///
    /// @throws RefusedException when the authority cannot answer
    static RefusedException refusal(Authority authority, TenantId tenant, Subject subject) {
        String run = Objects.requireNonNull(subject.get(Subject.RUN));
        return new RefusedException(
                denial(run, Admission.answered(() -> authority.stopped(tenant, run))));
    }

    /// @param stop empty when somebody has just resumed the run
    private static Denial denial(String run, Optional<StoppedRun> stop) {
        String why = stop.map(RunGuard::why).orElse("");
        return Denial.of(
                Refusal.RUN_STOPPED,
                "the run "
                        + run
                        + " was stopped"
                        + why
                        + "; begin a new run, or ask an operator to resume this one");
    }

    private static String why(StoppedRun stop) {
        Map<String, String> by = stop.by().labels();
        String rule = by.get("rule");
        String who = rule == null ? by.getOrDefault("actor", "") : "the breaker " + rule;
        String reason = by.getOrDefault("reason", "");
        return (who.isEmpty() ? "" : " by " + who)
                + " at "
                + stop.at()
                + (reason.isEmpty() ? "" : ": " + reason);
    }
}
