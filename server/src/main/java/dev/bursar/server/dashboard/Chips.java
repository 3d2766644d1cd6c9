package dev.bursar.server.dashboard;

import dev.bursar.ledger.Budget;
import dev.bursar.server.dashboard.view.Chip;
import dev.bursar.usage.CallOutcome;
import dev.bursar.usage.RunStatus;
import java.util.Optional;

/// States as coloured words, each with the sentence that explains it.
final class Chips {

    static final Chip OVER_LIMIT =
            new Chip(
                    "over limit",
                    "full",
                    "More was used than the limit covers: nothing passes until it is funded");

    static final Chip IN_DEBT = new Chip("in debt", "warn", "Spent beyond its limit, not repaid");

    private Chips() {}

    static Optional<Chip> of(Budget.Status status) {
        return switch (status) {
            case ACTIVE -> Optional.empty();
            case FROZEN ->
                    Optional.of(
                            new Chip(
                                    "frozen", "frozen", "Refuses every call until it is unfrozen"));
            case CLOSED -> Optional.of(new Chip("closed", "closed", "Refuses every call for ever"));
        };
    }

    static Chip of(RunStatus status) {
        return switch (status) {
            case RUNNING -> new Chip("running", "running", "It called within the idle time");
            case FINISHED ->
                    new Chip("finished", "finished", "Nothing was heard of it for the idle time");
            case STOPPED ->
                    new Chip(
                            "stopped",
                            "stopped",
                            "A hard budget, a breaker or a person has stopped it");
        };
    }

    static Chip of(CallOutcome outcome) {
        return switch (outcome) {
            case SETTLED -> new Chip("settled", "settled", "Reserved, made and paid for");
            case CHARGED -> new Chip("charged", "settled", "Spent without a hold, recorded after");
            case EXPIRED ->
                    new Chip("expired", "warn", "Its hold ran out: what was held counts as spent");
            case RELEASED ->
                    new Chip("released", "released", "Its hold was returned, nothing is spent");
            case DENIED -> new Chip("denied", "denied", "Refused before it was made");
        };
    }

    static Chip of(Budget.Mode mode) {
        return switch (mode) {
            case HARD -> new Chip("hard", "plain", "A call that does not fit is refused");
            case SOFT -> new Chip("soft", "soft", "Warns and degrades, never refuses");
            case SHADOW -> new Chip("shadow", "shadow", "Only records what it would have refused");
        };
    }
}
