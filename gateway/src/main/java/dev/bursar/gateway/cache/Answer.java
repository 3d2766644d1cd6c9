package dev.bursar.gateway.cache;

/// An answer as a client got it, or would have got it: all of it, and nothing went wrong.
///
/// @param body what was sent; of a stream, the usage included that the client may not have asked for
/// @param form of the body
@SuppressWarnings(
        "ArrayRecordComponent") // never compared; shared with every reader, changed by none
public record Answer(byte[] body, Form form) {

    /// Larger answers are not kept.
    public static final int MAX_BYTES = 1024 * 1024;

    /// What was paid for it.
    ///
    /// @param call that paid
    public record Paid(String call, long microcents, long tokens) {}
}
