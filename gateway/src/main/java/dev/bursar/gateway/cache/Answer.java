package dev.bursar.gateway.cache;

/// An answer as a provider gave it: all of it, and nothing went wrong.
///
/// @param body the JSON of a whole answer, or the events of a stream, the extra one with the usage included
/// @param stream whether it is a stream
@SuppressWarnings(
        "ArrayRecordComponent") // never compared; shared with every reader, changed by none
public record Answer(byte[] body, boolean stream) {

    /// Larger answers are not kept.
    public static final int MAX_BYTES = 1024 * 1024;

    /// What was paid for it.
    ///
    /// @param call that paid
    public record Paid(String call, long microcents, long tokens) {}
}
