package dev.bursar.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the gateway needs to know of a request.
///
/// @param model as the client names it
/// @param modelAt where the body has it or is to have it, or null when only the path names it
/// @param maxOutputTokens of one choice, or null when the client names no bound
/// @param bounds where the body has, or could have, a bound of the output, by the field's name
/// @param named the fields among them that have a number
/// @param choices how many answers are asked for
/// @param askForUsage the edit that makes the provider end its stream with the usage, or null when
///     the client asked for that itself or there is nothing to ask
/// @param tools what the model may do with tools
/// @param hidden the input that the provider adds
/// @param images parts that are billed by their pixels
/// @param cacheWrite the dearest kind of cache write the body asks for
/// @param kept what the provider is to keep of the response
record CallRequest(
        Operation operation,
        String model,
        @Nullable Naming modelAt,
        boolean stream,
        @Nullable Long maxOutputTokens,
        Map<String, Place> bounds,
        List<String> named,
        int choices,
        Splice.@Nullable Edit askForUsage,
        Tools tools,
        Hidden hidden,
        int images,
        CacheWrite cacheWrite,
        Kept kept) {

    enum CacheWrite {
        NONE,
        FIVE_MINUTES,
        ONE_HOUR
    }

    /// What is said of tools.
    enum Tools {
        NONE,

        /// The model sees some, and is to call none of them.
        SHOWN,

        /// The model may answer with tool calls.
        OFFERED
    }

    /// Input that is not in the body.
    enum Hidden {
        NOTHING,

        /// What the provider's own tools find, once the model uses them.
        BY_TOOLS,

        /// What the body refers to: files, conversations that the provider keeps.
        CONTENT
    }

    /// What is asked of a provider that keeps responses.
    ///
    /// @param background whether it goes on with the response after it has answered
    /// @param response whether the response can be asked for later
    /// @param previous the id of the response that this one goes on from, or null
    record Kept(boolean background, boolean response, @Nullable String previous) {

        /// Of dialects whose providers keep nothing.
        static final Kept NOTHING = new Kept(false, false, null);
    }

    /// Bytes of the body, `start` included and `end` excluded.
    record Span(int start, int end) {}

    /// Where a number goes in the body: instead of what is at `at`, between two texts.
    record Place(Span at, String before, String after) {

        Splice.Edit edit(long number) {
            return new Splice.Edit(at.start(), at.end(), before + number + after);
        }
    }

    /// Where the body names the model.
    ///
    /// @param before what goes before the name where the body has none, as the path named the model
    /// @param written the name that is there, empty where there is none
    record Naming(Span at, String before, String after, String written) {

        Splice.Edit edit(String name) {
            return new Splice.Edit(at.start(), at.end(), before + Envelope.quoted(name) + after);
        }
    }

    /// A bound of the output that is put into the body.
    record Bound(String field, long tokens) {}

    CallRequest {
        bounds = Map.copyOf(bounds);
        named = List.copyOf(named);
    }

    /// Whether the provider adds input, or may add some.
    boolean hiddenInput() {
        return hidden != Hidden.NOTHING;
    }

    /// The body to send: as received but for the model's name, the question for usage, and a bound.
    ///
    /// @param upstreamModel the provider's name of the model
    /// @param bound that the client did not name, or null to leave it so
    /// @param ask whether the provider wants to be asked for the usage of a stream
    byte[] rewrite(byte[] body, String upstreamModel, @Nullable Bound bound, boolean ask) {
        List<Splice.Edit> edits = new ArrayList<>(3);
        if (modelAt != null && !upstreamModel.equals(modelAt.written())) {
            edits.add(modelAt.edit(upstreamModel));
        }
        if (ask && askForUsage != null) {
            edits.add(askForUsage);
        }
        Place place = bound == null ? null : bounds.get(bound.field());
        if (bound != null && place != null) {
            edits.add(place.edit(bound.tokens()));
        }
        return Splice.apply(body, edits);
    }
}
