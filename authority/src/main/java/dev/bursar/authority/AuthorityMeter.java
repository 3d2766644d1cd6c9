package dev.bursar.authority;

/// What an authority tells about its work. Called on its own threads, once per batch: an
/// implementation must return at once and must not throw.
public interface AuthorityMeter {

    /// Nobody listens.
    AuthorityMeter NONE = new AuthorityMeter() {};

    /// A batch was decided and applied. An idle authority has a batch of no commands from time to time.
    ///
    /// @param commands of callers in the batch; reads and the expiry ticker do not count
    /// @param nanos for those together, as their share of the batch
    /// @param queueDepth commands and reads that were waiting behind the batch when it was taken
    default void decided(int commands, long nanos, int queueDepth) {}

    /// A record became durable.
    ///
    /// @param entries in the record
    /// @param bytes of the record, encoded
    /// @param nanos from the start of the write to the end of the sync
    default void synced(int entries, long bytes, long nanos) {}

    /// A command was refused because the queue was full. Called on the caller's thread.
    default void overloaded() {}

    /// The authority has stopped for good.
    default void stopped(Throwable cause) {}
}
