package dev.bursar.authority;

import dev.bursar.ledger.Entry;
import java.util.List;

/// Reads the journal by position. Safe for use by several threads; each sees only durable entries.
public interface JournalReader {

    /// The position of the last durable entry, 0 when there is none.
    long lastPosition();

    /// Entries after a position, in order. Returns whole records, so it may give more than `atMost` but
    /// always at least one record when there is one; empty at the end.
    ///
    /// @throws AuthorityException of kind `INTERNAL` when a record is damaged: it names the position
    List<Positioned> read(long after, int atMost);

    /// An entry and its position.
    record Positioned(long position, Entry entry) {}
}
