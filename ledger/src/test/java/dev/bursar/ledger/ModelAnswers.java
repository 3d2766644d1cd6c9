package dev.bursar.ledger;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Outcomes as texts that the naive ledger can give, too. Where accounts stand afterwards is left out: that
/// is compared with the accounts themselves.
final class ModelAnswers {

    private ModelAnswers() {}

    static String text(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Granted granted ->
                    granted(
                            granted.held(),
                            granted.expiresAt(),
                            granted.notices().stream()
                                    .map(n -> notice(n.name(), n.percent(), n.step()))
                                    .toList(),
                            blocks(granted.wouldRefuse()),
                            granted.tightest());
            case Outcome.Advised advised ->
                    "advised "
                            + advised.rungs().stream()
                                    .map(r -> rung(r.name(), r.percent(), r.steps(), r.blocked()))
                                    .toList();
            case Outcome.Committed committed ->
                    committed(
                            committed.held(),
                            committed.actual(),
                            committed.charged(),
                            committed.overrun());
            case Outcome.Released released -> "released " + released.held();
            case Outcome.Extended extended ->
                    "extended " + extended.expiresAt() + " " + extended.extensions();
            case Outcome.Charged charged ->
                    "charged " + charged.charged() + " passed" + blocks(charged.passed());
            case Outcome.BudgetAdjusted adjusted -> "adjusted " + adjusted.amount();
            case Outcome.ApprovalGranted granted -> "granted " + granted.approval();
            case Outcome.ApprovalDeclined declined -> "declined " + declined.approval();
            case Outcome.Refused refused ->
                    refused.reason() + (refused.blocks().isEmpty() ? "" : blocks(refused.blocks()));
            case Outcome.Evaluated evaluated -> "evaluated " + text(evaluated.answer());
            case Outcome.Expired expired ->
                    "expired "
                            + expired.holds()
                            + " dropped "
                            + expired.accounts()
                            + " "
                            + expired.more();
            case Outcome.BudgetDefined defined ->
                    defined.changed() ? "defined" : "defined as it was";
            case Outcome.BudgetRemoved _ -> "removed";
            case Outcome.BudgetStatusSet set -> "set " + set.changed() + " " + set.status();
            case Outcome.TenantClosed closed ->
                    "closed "
                            + closed.tenant()
                            + NaiveAdmin.released(closed.released(), closed.more());
            case Outcome.RunStopped stopped ->
                    (stopped.changed() ? "stopped " : "was stopped ") + stopped.stop().at();
            case Outcome.RunResumed _ -> "resumed";
            case Outcome.Noted _ -> "noted";
            case Outcome.Repeated repeated -> "repeated " + repeated.original();
        };
    }

    static String committed(Amounts held, Amounts actual, Amounts charged, Amounts overrun) {
        return "committed " + actual + " of " + held + " charged " + charged + " over " + overrun;
    }

    static String granted(
            Amounts held,
            Instant expiresAt,
            List<String> notices,
            String shadows,
            Outcome.@Nullable Remaining tightest) {
        String until = " until " + expiresAt.toEpochMilli();
        return "granted " + held + until + notices + " shadows" + shadows + " tightest " + tightest;
    }

    private static String blocks(List<Block> blocks) {
        return " "
                + blocks.stream()
                        .map(b ->
                                block(
                                        b.name(),
                                        b.cause().toString(),
                                        b.affordable(),
                                        b.approval() != null))
                        .toList();
    }

    /// @param room what is left; below zero like zero
    static String block(String name, String cause, long room, boolean asks) {
        return name + " " + cause + " " + Math.max(0, room) + (asks ? " asks" : "");
    }

    static String notice(String name, int percent, Budget.Step step) {
        return name + " " + percent + " % " + step.percent() + " " + step.action();
    }

    static String rung(
            String name, int percent, List<Budget.Step> steps, Block.@Nullable Cause blocked) {
        return name
                + " "
                + percent
                + " % "
                + steps.stream().map(step -> step.percent() + " " + step.action()).toList()
                + (blocked == null ? "" : " " + blocked);
    }
}
