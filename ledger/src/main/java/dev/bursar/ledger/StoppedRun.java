package dev.bursar.ledger;

import java.time.Instant;

/// A run that nothing is reserved for any more.
///
/// @param by who stopped it, and why
public record StoppedRun(TenantId tenant, String run, Instant at, Attribution by) {

    /// The longest name of a run.
    public static final int MAX_NAME_LENGTH = Subject.MAX_VALUE_LENGTH;

    static String requireName(String run) {
        if (run.isEmpty() || run.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "a run's name has 1 to " + MAX_NAME_LENGTH + " characters: " + run.length());
        }
        return run;
    }
}
