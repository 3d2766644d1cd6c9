package dev.bursar.authority;

import dev.bursar.ledger.Entry;
import java.util.List;

/// The durable, ordered log of entries: the only truth.
///
/// Positions count entries from 1 without gaps. One thread appends; any thread may read.
public interface Journal extends JournalReader, AutoCloseable {

    /// Appends the entries as one record and returns once they are on stable storage. After a failure
    /// the journal must not be used again: what was written is unknown.
    ///
    /// @return how many bytes the record has, without what the storage adds
    /// @throws AuthorityException of kind `EXTERNAL` when writing or syncing fails
    long append(List<Entry> entries);

    @Override
    void close();
}
