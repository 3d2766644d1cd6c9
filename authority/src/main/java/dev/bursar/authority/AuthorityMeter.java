package dev.bursar.authority;

/// What an authority tells about its work. Called on its own threads, once per batch: an
/// implementation must return at once and must not throw.
public interface AuthorityMeter {

    /// Nobody listens.
    AuthorityMeter NONE = new AuthorityMeter() {};

    /// A batch was decided and applied.
    ///
    /// @param commands in the batch
    /// @param nanos for all of them together
    /// @param queueDepth commands that were waiting when the batch was taken
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
