package dev.bursar.server.cycles;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.json.JsonFactory;

/// The fields of a request's body, read in the order in which they come, strictly: no field twice, no
/// number in a string, no fraction where an integer belongs, no bytes that are not UTF-8. Whatever is
/// wrong is a [CyclesException] that names the field.
///
/// A `null` is a field that is not there: clients leave optional fields out in either way.
final class JsonFields {

    /// How deep objects and arrays may be nested.
    static final int MAX_DEPTH = 32;

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH)
                                    .maxNumberLength(64)
                                    .build())
                    .build();

    private final JsonParser parser;

    private JsonFields(JsonParser parser) {
        this.parser = parser;
    }

    /// Reads a body that is one object.
    ///
    /// @param reader called before the first field; has read all of them when it returns
    static <T> T read(byte[] body, Function<JsonFields, T> reader) {
        CharBuffer text = decoded(body);
        try (JsonParser parser =
                FACTORY.createParser(
                        ObjectReadContext.empty(),
                        text.array(),
                        text.arrayOffset(),
                        text.remaining())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw CyclesException.invalid("the body must be a JSON object");
            }
            T result = reader.apply(new JsonFields(parser));
            if (parser.nextToken() != null) {
                throw CyclesException.invalid("the body goes on after its JSON object");
            }
            return result;
        } catch (JacksonException e) {
            throw CyclesException.invalid("the body is not valid JSON: " + e.getOriginalMessage());
        }
    }

    private static CharBuffer decoded(byte[] body) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException e) {
            throw CyclesException.invalid("the body is not valid UTF-8");
        }
    }

    /// Goes to the next field of the object that is being read, past those that are null.
    ///
    /// @return its name, or null at the end of the object
    @Nullable String next() {
        String name = parser.nextName();
        while (name != null && parser.nextToken() == JsonToken.VALUE_NULL) {
            name = parser.nextName();
        }
        return name;
    }

    /// Goes into the object that is the value of this field.
    void enter() {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw wrong("must be an object");
        }
    }

    /// Goes into the array that is the value of this field.
    void enterArray() {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw wrong("must be an array");
        }
    }

    /// Goes to the next element of the array that is being read.
    ///
    /// @return whether there is one
    boolean nextElement() {
        return parser.nextToken() != JsonToken.END_ARRAY;
    }

    String text(int least, int most) {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong("must be a string");
        }
        String text = parser.getString();
        if (text.length() < least || isLonger(text, most)) {
            throw wrong("must have " + least + " to " + most + " characters");
        }
        requireWhole(text);
        return text;
    }

    /// Checks the name of this field where a client may choose names.
    ///
    /// @param most characters; none of them may be a control character
    void requireName(int most) {
        String name = String.valueOf(parser.currentName());
        if (name.isEmpty()
                || isLonger(name, most)
                || name.chars().anyMatch(Character::isISOControl)) {
            throw CyclesException.invalid(
                    parentPath() + " must have names of 1 to " + most + " characters, no controls");
        }
    }

    /// Characters are those of Unicode, as JSON Schema counts them.
    private static boolean isLonger(String text, int most) {
        return text.length() > most && text.codePointCount(0, text.length()) > most;
    }

    long integer(long least, long most) {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw wrong("must be an integer");
        }
        long value;
        try {
            value = parser.getLongValue();
        } catch (InputCoercionException e) {
            throw wrong("must be an integer of 64 bits");
        }
        if (value < least || value > most) {
            throw wrong("must be " + least + " to " + most);
        }
        return value;
    }

    boolean bool() {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case null, default -> throw wrong("must be true or false");
        };
    }

    /// An object of whatever fields, as JSON with its fields sorted by name.
    ///
    /// @param most characters
    String object(int most) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw wrong("must be an object");
        }
        String text = CanonicalJson.read(parser);
        requireWhole(text);
        if (text.length() > most) {
            throw wrong("must have at most " + most + " characters of JSON");
        }
        return text;
    }

    /// What to throw for a field that does not belong here.
    CyclesException unknown() {
        return wrong("is not a field of this request");
    }

    CyclesException wrong(String why) {
        return CyclesException.invalid(path() + " " + why);
    }

    static <T> T required(@Nullable T value, String name) {
        if (value == null) {
            throw CyclesException.invalid(name + " is required");
        }
        return value;
    }

    /// Where the parser is, as `subject.agent`.
    private String path() {
        return path(parser.streamReadContext().pathAsPointer());
    }

    /// The object that this field is one of.
    private String parentPath() {
        return path(parser.streamReadContext().pathAsPointer().head());
    }

    private static String path(@Nullable JsonPointer pointer) {
        String path = pointer == null ? "" : pointer.toString();
        return path.isEmpty() ? "the body" : path.substring(1).replace('/', '.');
    }

    /// Half a character outside of the basic plane is no text.
    private void requireWhole(String text) {
        for (int i = 0; i < text.length(); i++) {
            char at = text.charAt(i);
            if (Character.isSurrogate(at)) {
                boolean pair =
                        Character.isHighSurrogate(at)
                                && i + 1 < text.length()
                                && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw wrong("has half a character");
                }
                i++;
            }
        }
    }
}
