package dev.bursar.gateway.ladder;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// A value of a request's body, and the bytes where it is.
///
/// @param fields of an object as far as they are kept, in their order, also those that are there twice
/// @param elements of an array, if they are kept
/// @param text of a string, if it is kept, else null
/// @param nothing whether it is null
record Value(
        int start,
        int end,
        List<Field> fields,
        List<Value> elements,
        @Nullable String text,
        boolean nothing)
        implements BodyScan.Part {

    /// A field of an object.
    ///
    /// @param start of its name, the quote included
    record Field(String name, int start, Value value) implements BodyScan.Part {

        @Override
        public int end() {
            return value.end();
        }

        boolean isOneOf(String... names) {
            return List.of(names).contains(name);
        }
    }

    /// The value of the last field of that name, as most readers take it; null when there is none.
    @Nullable Value field(String... names) {
        return fields.reversed().stream()
                .filter(field -> field.isOneOf(names) && !field.value().nothing())
                .map(Field::value)
                .findFirst()
                .orElse(null);
    }

    /// The text of that field, or null.
    @Nullable String textOf(String name) {
        Value value = field(name);
        return value == null ? null : value.text();
    }

    /// The texts of all fields of that name.
    List<String> textsOf(String name) {
        return fields.stream()
                .filter(field -> field.isOneOf(name))
                .map(field -> field.value().text())
                .filter(Objects::nonNull)
                .toList();
    }

    /// The position of the token at the parser.
    static int offset(JsonParser in) {
        return Math.toIntExact(in.currentTokenLocation().getByteOffset());
    }

    /// After the value at the parser, whose last token is the current one.
    static int end(JsonParser in) {
        JsonToken token = in.currentToken();
        if (token.isStructEnd()) {
            return offset(in) + 1;
        }
        if (token == JsonToken.VALUE_STRING) {
            in.finishToken();
            return Math.toIntExact(in.currentLocation().getByteOffset());
        }
        return offset(in) + in.getString().length();
    }
}
