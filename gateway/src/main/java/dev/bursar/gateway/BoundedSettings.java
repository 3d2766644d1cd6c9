package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Place;
import dev.bursar.gateway.CallRequest.Span;
import java.util.function.Consumer;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The object in a body that has the bound of the output among other settings. Reads it, and knows where a
/// bound would go that the client did not name.
final class BoundedSettings {

    private final RequestParser request;
    private final String name;
    private final String bound;
    private final Consumer<String> setting;
    private int inside;

    /// @param name of the object
    /// @param bound the field in it
    /// @param setting reads the value at the parser, of the field that is named
    BoundedSettings(RequestParser request, String name, String bound, Consumer<String> setting) {
        this.request = request;
        this.name = name;
        this.bound = bound;
        this.setting = setting;
    }

    /// Reads the value at the parser.
    void read() {
        JsonParser in = request.in;
        int start = request.offset();
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            Span at = new Span(start, start + "null".length());
            request.boundCouldBe(bound, new Place(at, "{\"" + bound + "\":", "}"));
            return;
        }
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw RequestParser.wrongType(name, "an object");
        }
        inside = start + 1;
        boolean empty = true;
        for (String field = in.nextName(); field != null; field = in.nextName()) {
            in.nextToken();
            empty = false;
            setting.accept(field);
        }
        if (empty) {
            Span at = new Span(inside, inside);
            request.boundCouldBe(bound, new Place(at, "\"" + bound + "\":", ""));
        }
    }

    /// After the last field of the body.
    void complete() {
        if (inside > 0) {
            request.boundCouldBe(bound, RequestParser.field(inside, bound));
        } else if (!request.has(name)) {
            int at = request.rootInside();
            String before = "\"" + name + "\":{\"" + bound + "\":";
            request.boundCouldBe(bound, new Place(new Span(at, at), before, "},"));
        }
    }
}
