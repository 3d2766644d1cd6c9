package dev.bursar.authority;

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

    @Override
    void close();
}
