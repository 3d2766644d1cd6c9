package dev.bursar.authority;

import java.util.List;

/// The durable, ordered log of entries: the only truth.
///
/// Positions count entries from 1 without gaps. One thread appends; any thread may read.
interface Journal extends JournalReader, AutoCloseable {

    /// Appends the entries as one record and returns once they are on stable storage. After a failure
    /// the journal must not be used again: what was written is unknown.
    ///
    /// @return how many bytes the record has, without what the storage adds
    /// @throws AuthorityException of kind `EXTERNAL` when writing or syncing fails
    long append(EntryBlock entries);

    /// The hash of the record that ends with a position, [Chain#START] for 0.
    ///
    /// @throws AuthorityException of kind `INTERNAL` when no record ends there
    Chain chain(long position);

    /// Where the journal begins. What is before it, [#read] and [#chain] take from the archive.
    Base base();

    /// Whole records from the one at a position on, after the base, until they hold `atMost` entries or
    /// more; empty at the end.
    ///
    /// @throws AuthorityException as [#read]
    List<JournalRecord> records(long position, int atMost);

    /// Has the journal begin later, durably: what is before is in the archive. Its rows are still there.
    ///
    /// @throws AuthorityException of kind `EXTERNAL` when writing or syncing fails
    void begin(Base base);

    /// Deletes some of the rows before the base, so few that an append hardly waits.
    ///
    /// @return whether there were any
    boolean deleteSome();

    @Override
    void close();
}
