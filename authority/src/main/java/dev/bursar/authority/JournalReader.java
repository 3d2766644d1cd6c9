package dev.bursar.authority;

import dev.bursar.ledger.Entry;
import java.util.List;

/// Reads the journal by position. Safe for use by several threads; each sees only durable entries.
public interface JournalReader {

    /// The position of the last durable entry, 0 when there is none.
    long lastPosition();

    /// The first position that can be read: above 1 when old entries were archived, and their files are
    /// elsewhere.
    default long firstPosition() {
        return 1;
    }

    /// Entries after a position, in order. Returns whole records, so it may give more than `atMost` but
    /// always at least one record when there is one; empty at the end.
    ///
    /// @throws AuthorityException `INTERNAL` when a record is damaged: it names the position; `EXTERNAL`
    ///     when it is before [#firstPosition]
    List<Positioned> read(long after, int atMost);

    /// An entry and its position.
    record Positioned(long position, Entry entry) {}
}
