package dev.bursar.gateway.eventstream;

/// One message of a stream.
///
/// @param type of the event or the exception, or the code of the error
/// @param payload JSON in the streams of Bedrock; of an error, the text that it has in its headers
@SuppressWarnings("ArrayRecordComponent") // never compared; handed over, not shared
public record Frame(Kind kind, String type, byte[] payload) {

    /// What a message is, as its header `:message-type` says.
    public enum Kind {
        /// Something of the stream.
        EVENT,
        /// An error that the service declares, whose payload says more.
        EXCEPTION,
        /// Any other error, which has headers only.
        ERROR
    }
}
