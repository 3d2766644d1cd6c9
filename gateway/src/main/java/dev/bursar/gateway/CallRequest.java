package dev.bursar.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the gateway needs to know of a request's body.
///
/// @param modelStart of the model's JSON string in the body, the quote included
/// @param modelEnd after its closing quote
/// @param maxOutputTokens of one choice, or null when the client names no bound
/// @param fieldsStart after the opening brace of the body
/// @param nullBounds output bounds that are named but null, and where their null is
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
        int fieldsStart,
        Map<String, Integer> nullBounds,
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

    /// A bound of the output that is put into the body.
    record Bound(String field, long tokens) {}

    CallRequest {
        nullBounds = Map.copyOf(nullBounds);
    }

    /// The body to send: as received but for the model's name, the question for usage, and a bound.
    ///
    /// @param upstreamModel the provider's name of the model
    /// @param bound that the client did not name, or null to leave it so
    byte[] rewrite(byte[] body, String upstreamModel, @Nullable Bound bound) {
        List<Splice.Edit> edits = new ArrayList<>(3);
        if (!upstreamModel.equals(model)) {
            edits.add(new Splice.Edit(modelStart, modelEnd, Envelope.quoted(upstreamModel)));
        }
        if (askForUsage != null) {
            edits.add(askForUsage);
        }
        if (bound != null) {
            edits.add(edit(bound));
        }
        return Splice.apply(body, edits);
    }

    private Splice.Edit edit(Bound bound) {
        String tokens = Long.toString(bound.tokens());
        Integer at = nullBounds.get(bound.field());
        return at == null
                ? new Splice.Edit(
                        fieldsStart, fieldsStart, "\"" + bound.field() + "\":" + tokens + ",")
                : new Splice.Edit(at, at + "null".length(), tokens);
    }
}
