package dev.bursar.ledger;

import java.time.Instant;
import java.util.List;

/// Decides what stops a run and sets it going again, and writes down what others have refused.
final class RunRule {

    private final LedgerState state;

    RunRule(LedgerState state) {
        this.state = state;
    }

    Decision stop(Command.StopRun command, Instant now) {
        if (state.isClosed(command.tenant())) {
            return Refusals.decision(Reason.TENANT_CLOSED);
        }
        StoppedRun known = state.stoppedRuns().of(command.tenant(), command.run(), now);
        if (known != null) {
            return new Decision(new Outcome.RunStopped(known, false), List.of());
        }
        StoppedRun stop = new StoppedRun(command.tenant(), command.run(), now, command.by());
        return new Decision(
                new Outcome.RunStopped(stop, true), List.of(new Entry.RunStopped(stop)));
    }

    Decision resume(Command.ResumeRun command, Instant now) {
        if (state.stoppedRuns().of(command.tenant(), command.run(), now) == null) {
            return Refusals.decision(Reason.RUN_NOT_STOPPED);
        }
        return new Decision(
                new Outcome.RunResumed(command.tenant(), command.run()),
                List.of(new Entry.RunResumed(now, command.tenant(), command.run(), command.by())));
    }

    Decision refuse(Command.Refuse command, Instant now) {
        return Refusals.denied(
                new Entry.Refused(
                        now,
                        command.operation(),
                        command.tenant(),
                        command.subject(),
                        command.asked(),
                        command.reason(),
                        List.of(),
                        command.attribution()));
    }
}
