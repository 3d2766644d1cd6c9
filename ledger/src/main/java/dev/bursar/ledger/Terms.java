package dev.bursar.ledger;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What few budgets need: a place in a hierarchy, an overdraft, something carried over, an end by rest.
///
/// @param scope the budget applies only to subjects of which this is one of the paths; null for no such
///     condition
/// @param overdraftLimit the most debt that commits with [Command.Overage#ALLOW_WITH_OVERDRAFT] may
///     leave in an account; 0 for none
/// @param carryOver the most of what a calendar window leaves that is added to the next; 0 for nothing
/// @param idle an account of a budget for life ends when it was not used for this long and nothing is
///     held in it; null for never
/// @param declared the configuration file owns the budget: it is changed and removed only there
public record Terms(
        @Nullable ScopePath scope,
        long overdraftLimit,
        long carryOver,
        @Nullable Duration idle,
        boolean declared) {

    public static final Terms PLAIN = new Terms(null, 0, 0, null, false);

    /// The shortest rest that ends an account.
    public static final Duration MIN_IDLE = Duration.ofMinutes(1);

    public Terms {
        if (overdraftLimit < 0 || overdraftLimit > Budget.MAX_LIMIT) {
            throw new IllegalArgumentException(
                    "overdraft must be 0 to " + Budget.MAX_LIMIT + ": " + overdraftLimit);
        }
        if (carryOver < 0 || carryOver > Budget.MAX_LIMIT) {
            throw new IllegalArgumentException(
                    "carry_over must be 0 to " + Budget.MAX_LIMIT + ": " + carryOver);
        }
        if (idle != null && idle.compareTo(MIN_IDLE) < 0) {
            throw new IllegalArgumentException("idle must be at least " + MIN_IDLE + ": " + idle);
        }
    }

    public static Terms of(ScopePath scope) {
        return new Terms(scope, 0, 0, null, false);
    }
}
