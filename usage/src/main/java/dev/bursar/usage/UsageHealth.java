package dev.bursar.usage;

import org.jspecify.annotations.Nullable;

/// Whether the read model follows the journal.
///
/// @param position of the last entry that is in the read model
/// @param lag how many entries of the journal are not yet
/// @param problem why it does not follow, or null when it does; it is tried again by itself
/// @param starting whether it was not tried yet
public record UsageHealth(long position, long lag, @Nullable String problem, boolean starting) {

    public boolean following() {
        return problem == null;
    }
}
