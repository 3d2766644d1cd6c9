package dev.bursar.gateway.breaker;

/// What of a request is compared with other requests of its run: hashes, never its text.
///
/// @param request of what is asked: the model, the messages, the tools and all settings, but no ids, no
///     marks for the prompt cache, no wish to be streamed, and in no particular spelling or order of keys
/// @param step of the last tool calls and what they brought; 0 when a person spoke last
/// @param results of tool calls that are not in the request, as the provider keeps the conversation; 0 when
///     there are none
/// @param bytes of the body
public record Signs(long request, long step, long results, int bytes) {

    Signs(long request, long step, int bytes) {
        this(request, step, 0, bytes);
    }

    /// Reads a body that was read as JSON before, in any dialect.
    ///
    /// @param asked what is asked of whom, where the body does not say it: the operation, the model
    /// @throws IndexOutOfBoundsException for what is no JSON
    public static Signs of(String asked, byte[] body) {
        return new BodyReader(body).signs(asked);
    }

    /// The same with the step that the results make together with the answer that asked for them.
    ///
    /// @param answer to the call before, 0 when there was none
    Signs after(long answer) {
        return results == 0 || answer == 0
                ? this
                : new Signs(request, Hash.of(answer, results), 0, bytes);
    }
}
