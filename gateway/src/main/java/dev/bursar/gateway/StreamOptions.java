package dev.bursar.gateway;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads `stream_options` and knows the edit that makes an OpenAI stream end with its usage.
final class StreamOptions {

    private static final String ASK = "\"include_usage\":true";

    private final RequestParser request;
    private final JsonParser in;
    private Splice.@Nullable Edit edit;
    private boolean asked;

    StreamOptions(RequestParser request) {
        this.request = request;
        this.in = request.in;
    }

    /// Reads the value at the parser.
    void read() {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            edit = new Splice.Edit(request.offset(), request.offset() + 4, "{" + ASK + "}");
            return;
        }
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw RequestParser.wrongType("stream_options", "an object");
        }
        int inside = request.offset() + 1;
        boolean empty = true;
        Splice.Edit replace = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            empty = false;
            if (name.equals("include_usage")) {
                if (replace != null || asked) {
                    throw RefusedException.malformed(
                            "stream_options.include_usage", "is given twice");
                }
                asked = request.bool("stream_options.include_usage");
                int length = in.getString().length();
                replace = new Splice.Edit(request.offset(), request.offset() + length, "true");
            } else {
                in.skipChildren();
            }
        }
        edit =
                replace != null
                        ? replace
                        : new Splice.Edit(inside, inside, ASK + (empty ? "" : ","));
    }

    /// @return null when the client asked for the usage itself, or there is no stream
    Splice.@Nullable Edit askForUsage() {
        if (!request.stream || asked) {
            return null;
        }
        int inside = request.rootInside();
        return edit != null
                ? edit
                : new Splice.Edit(inside, inside, "\"stream_options\":{" + ASK + "},");
    }
}
