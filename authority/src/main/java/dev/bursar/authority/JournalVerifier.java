package dev.bursar.authority;

import dev.bursar.ledger.LedgerLimits;
import java.nio.file.Path;
import java.util.List;

/// Proves a journal: re-plays it from the first entry, checks every checksum and that positions have no
/// gap, recomputes the balances, and compares the checkpoints with them.
///
/// Changes nothing, and may run beside a live authority.
public final class JournalVerifier {

    private JournalVerifier() {}

    /// Verifies the journal in a data directory up to what was durable when it started.
    ///
    /// @param limits the ones that the authority runs with
    /// @throws AuthorityException of kind `CALLER` when there is no journal, `EXTERNAL` when it cannot be
    ///     read at all; damage is in the report
    public static Report verify(Path dataDirectory, LedgerLimits limits) {
        throw new IllegalStateException();
    }

    /// What was found.
    ///
    /// @param file the journal
    /// @param records whole records read
    /// @param entries entries replayed, which is also the last good position
    /// @param holds open at the end
    /// @param accounts at the end
    /// @param checkpoints how many were compared
    /// @param problems by position; empty when all is well
    public record Report(
            Path file,
            long records,
            long entries,
            int holds,
            int accounts,
            int checkpoints,
            List<Problem> problems) {

        public Report {
            problems = List.copyOf(problems);
        }

        public boolean sound() {
            return problems.isEmpty();
        }
    }

    /// @param position the first entry that is affected
    /// @param message what is wrong, with the file
    public record Problem(long position, String message) {}
}
