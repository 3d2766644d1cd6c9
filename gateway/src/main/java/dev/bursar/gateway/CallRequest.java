package dev.bursar.gateway;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the gateway needs to know of a request's body.
///
/// @param modelStart of the model's JSON string in the body, the quote included
/// @param modelEnd after its closing quote
/// @param maxOutputTokens of one choice, or null when the client names no bound
/// @param choices how many answers are asked for
/// @param askForUsage the edit that makes the provider end its stream with the usage, or null when
///     the client asked for that itself or there is nothing to ask
/// @param tools whether the model may answer with tool calls
/// @param hiddenInput whether the provider adds input that is not in the body: server tools, files
/// @param images parts that are billed by their pixels
/// @param cacheWrite the dearest kind of cache write the body asks for
record CallRequest(
        String model,
        int modelStart,
        int modelEnd,
        boolean stream,
        @Nullable Long maxOutputTokens,
        int choices,
        Splice.@Nullable Edit askForUsage,
        boolean tools,
        boolean hiddenInput,
        int images,
        CacheWrite cacheWrite) {

    enum CacheWrite {
        NONE,
        FIVE_MINUTES,
        ONE_HOUR
    }

    /// The body to send: as received but for the model's name and the question for usage.
    ///
    /// @param upstreamModel the provider's name of the model
    byte[] rewrite(byte[] body, String upstreamModel) {
        List<Splice.Edit> edits = new ArrayList<>(2);
        if (!upstreamModel.equals(model)) {
            edits.add(new Splice.Edit(modelStart, modelEnd, Envelope.quoted(upstreamModel)));
        }
        if (askForUsage != null) {
            edits.add(askForUsage);
        }
        return Splice.apply(body, edits);
    }
}
