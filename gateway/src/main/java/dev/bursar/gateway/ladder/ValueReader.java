package dev.bursar.gateway.ladder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads values of a request's body. Below what nobody looks at, such as the schemas of functions, nothing
/// is kept: the body of a client may be large, and is larger as objects.
final class ValueReader {

    /// How many values are kept of one body. A tool takes about three.
    static final int MAX_VALUES = 200_000;

    private final JsonParser in;
    private int kept;

    /// What is kept of a value beside the bytes where it is.
    ///
    /// @param named fields by their names
    /// @param others what is kept of the other fields, or null to leave them out
    /// @param elements what is kept of the elements of an array, or null to leave them out
    /// @param text whether the text of a string is
    record Wanted(
            Map<String, Wanted> named,
            @Nullable Wanted others,
            @Nullable Wanted elements,
            boolean text) {

        /// Only where it is.
        static final Wanted PLACE = new Wanted(Map.of(), null, null, false);

        static final Wanted TEXT = new Wanted(Map.of(), null, null, true);

        Wanted {
            named = Map.copyOf(named);
        }

        /// These fields of an object and no others.
        static Wanted only(Map<String, Wanted> named) {
            return new Wanted(named, null, null, false);
        }

        /// All fields of an object.
        static Wanted fields(Map<String, Wanted> named, Wanted others) {
            return new Wanted(named, others, null, false);
        }

        static Wanted list(Wanted elements) {
            return new Wanted(Map.of(), null, elements, false);
        }

        /// The same, or a list of it.
        Wanted orList() {
            return new Wanted(named, others, this, text);
        }

        private @Nullable Wanted field(String name) {
            Wanted field = named.get(name);
            return field == null ? others : field;
        }
    }

    private ValueReader(JsonParser in) {
        this.in = in;
    }

    /// The body, or null when there is more to keep of it than [#MAX_VALUES].
    static @Nullable Value read(byte[] body, Wanted wanted) {
        try (JsonParser in = BodyScan.parser(body)) {
            in.nextToken();
            ValueReader reader = new ValueReader(in);
            Value read = reader.value(wanted);
            return reader.kept > MAX_VALUES ? null : read;
        }
    }

    /// The value at the parser, which is left at its last token.
    private Value value(Wanted wanted) {
        int start = Value.offset(in);
        JsonToken token = in.currentToken();
        boolean hasText = wanted.text() && token == JsonToken.VALUE_STRING;
        String text = hasText ? in.getString() : null;
        List<Value.Field> fields = token == JsonToken.START_OBJECT ? fields(wanted) : List.of();
        List<Value> elements = token == JsonToken.START_ARRAY ? elements(wanted) : List.of();
        boolean nothing = token == JsonToken.VALUE_NULL;
        return new Value(start, Value.end(in), fields, elements, text, nothing);
    }

    private List<Value.Field> fields(Wanted wanted) {
        if (wanted.others() == null && wanted.named().isEmpty()) {
            in.skipChildren();
            return List.of();
        }
        List<Value.Field> fields = new ArrayList<>();
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = in.currentName();
            int at = Value.offset(in);
            in.nextToken();
            Wanted field = wanted.field(name);
            if (field != null && keeps()) {
                fields.add(new Value.Field(name, at, value(field)));
            } else {
                in.skipChildren();
            }
        }
        return fields.isEmpty() ? List.of() : fields;
    }

    private List<Value> elements(Wanted wanted) {
        Wanted each = wanted.elements();
        if (each == null) {
            in.skipChildren();
            return List.of();
        }
        List<Value> elements = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (keeps()) {
                elements.add(value(each));
            } else {
                in.skipChildren();
            }
        }
        return elements.isEmpty() ? List.of() : elements;
    }

    private boolean keeps() {
        return ++kept <= MAX_VALUES;
    }
}
