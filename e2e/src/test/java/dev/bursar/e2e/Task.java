package dev.bursar.e2e;

import java.util.HashMap;
import java.util.Map;

/// What an application asks of its client library.
///
/// @param run the run that the call belongs to: nothing else is in it
/// @param headers more of them, beside `X-Bursar-Run`
record Task(Does does, String run, String model, String prompt, Map<String, String> headers) {

    enum Does {
        /// Asks for a whole answer.
        ANSWER,
        /// Reads a streamed answer to its end.
        STREAM,
        /// Offers the tool `lookup`, runs it when the model calls it, and asks for the final answer.
        CALL_TOOL,
        /// Reads the first text of a streamed answer and goes away.
        GO_AWAY,
        /// Asks for the embedding of the prompt.
        EMBED
    }

    /// All headers of the call.
    Map<String, String> allHeaders() {
        Map<String, String> all = new HashMap<>(headers);
        all.put("X-Bursar-Run", run);
        return all;
    }
}
