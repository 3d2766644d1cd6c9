package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Naming;
import dev.bursar.gateway.CallRequest.Place;
import dev.bursar.gateway.CallRequest.Span;
import dev.bursar.gateway.CallRequest.Tools;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads a request's body in one pass, without a tree. Fields it does not know are left alone.
///
/// Anything that is not JSON is refused, and so is a known field that has the wrong type or is given
/// twice: two readers could then understand the body differently. Each kind of request has a parser of
/// its own that knows its fields. Not thread-safe.
abstract sealed class RequestParser
        permits ChatParser,
                MessagesParser,
                ResponsesParser,
                CompletionsParser,
                EmbeddingsParser,
                GenerateParser,
                ContentsParser,
                ConverseParser {

    static final int MAX_MODEL_CHARS = 256;
    static final int MAX_CHOICES = 128;

    private static final String FUNCTIONS = "functions";

    /// More than any model can produce; the reservation is capped by the model's own bound.
    static final long MAX_TOKENS = 1_000_000_000L;

    final JsonParser in;
    final PricedInput input;
    private final Operation operation;
    private final byte[] body;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, Place> bounds = new HashMap<>();
    private final List<String> named = new ArrayList<>(1);

    private @Nullable String model;
    private @Nullable Naming modelAt;
    private @Nullable Long maxOutputTokens;
    private int rootStart;
    boolean stream;
    boolean tools;

    /// Whether the model is told to call none of the tools.
    boolean noTools;

    /// The older kind of tools, which has a choice of its own.
    private boolean functions;

    private boolean noFunctions;

    int choices = 1;

    RequestParser(Target target, byte[] body, JsonParser in) {
        this.operation = target.operation();
        this.model = target.model() == null ? null : checkedModel(target.model());
        this.body = body;
        this.in = in;
        this.input = new PricedInput(in);
    }

    static CallRequest parse(Operation operation, byte[] body) {
        return parse(Target.of(operation), body);
    }

    static CallRequest parse(Target target, byte[] body) {
        try (JsonParser in = Json.parser(body, 0, body.length)) {
            return of(target, body, in).request();
        } catch (JacksonException e) {
            throw RefusedException.malformed("body", "not valid JSON: " + reason(e));
        }
    }

    private static RequestParser of(Target target, byte[] body, JsonParser in) {
        return switch (target.operation()) {
            case CHAT -> new ChatParser(target, body, in);
            case RESPONSES, COUNT_INPUT -> new ResponsesParser(target, body, in);
            case COMPLETIONS -> new CompletionsParser(target, body, in);
            case EMBEDDINGS -> new EmbeddingsParser(target, body, in);
            case MESSAGES, COUNT_TOKENS -> new MessagesParser(target, body, in);
            case GENERATE, STREAM_GENERATE -> new GenerateParser(target, body, in);
            case CONVERSE, CONVERSE_STREAM -> new ConverseParser(target, body, in);
            case COUNT_CONTENT, EMBED_CONTENT, BATCH_EMBED_CONTENTS ->
                    new ContentsParser(target, body, in);
        };
    }

    /// Reads the field of the body whose value is at the parser.
    abstract void field(String name);

    /// Refuses a body that lacks something.
    abstract void requireComplete();

    /// Called after the last field.
    Splice.@Nullable Edit askForUsage() {
        return null;
    }

    /// Called after the last field.
    CallRequest.Kept kept() {
        return CallRequest.Kept.NOTHING;
    }

    private CallRequest request() {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw RefusedException.malformed("body", "must be a JSON object");
        }
        if (offset() < 0) {
            throw RefusedException.malformed(
                    "body", "must be UTF-8"); // the parser took it for UTF-16
        }
        rootStart = offset();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            field(name);
        }
        if (in.nextToken() != null) {
            throw RefusedException.malformed("body", "has more than one JSON value");
        }
        if (model == null) {
            throw RefusedException.malformed("model", "is missing");
        }
        requireComplete();
        if (modelAt == null && operation.dialect() == Dialect.OPENAI) {
            Span inside = new Span(rootInside(), rootInside());
            modelAt = new Naming(inside, "\"model\":", ",", "");
        }
        return new CallRequest(
                operation,
                model,
                modelAt,
                stream,
                maxOutputTokens,
                bounds,
                named,
                choices,
                askForUsage(),
                mayCall(),
                input.hidden(),
                input.images,
                input.cacheWrite,
                kept());
    }

    private Tools mayCall() {
        boolean offered = (tools && !noTools) || (functions && !noFunctions);
        return offered ? Tools.OFFERED : tools || functions ? Tools.SHOWN : Tools.NONE;
    }

    final Operation operation() {
        return operation;
    }

    /// After the opening brace of the body.
    final int rootInside() {
        return rootStart + 1;
    }

    final void once(String name, Runnable field) {
        if (!seen.add(name)) {
            throw RefusedException.malformed(name, "is given twice");
        }
        field.run();
    }

    final boolean has(String name) {
        return seen.contains(name);
    }

    /// @throws RefusedException when one of the fields was not there
    final void require(String name) {
        if (!has(name)) {
            throw RefusedException.malformed(name, "is missing");
        }
    }

    /// A model that the path names holds before that of the body.
    final void model() {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            throw wrongType("model", "a string");
        }
        int start = offset();
        String written = checkedModel(in.getString());
        modelAt = new Naming(new Span(start, afterString(start)), "", "", written);
        model = model == null ? written : model;
    }

    private static String checkedModel(String model) {
        if (model.isBlank()
                || model.length() > MAX_MODEL_CHARS
                || model.chars().anyMatch(Character::isISOControl)) {
            throw RefusedException.malformed(
                    "model", "must have 1 to " + MAX_MODEL_CHARS + " plain characters");
        }
        return model;
    }

    /// Reads a bound of the output. Of several the largest holds.
    ///
    /// @param least that the provider takes
    final void bound(String name, long least) {
        int start = offset();
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            bounds.put(name, new Place(new Span(start, start + "null".length()), "", ""));
            return;
        }
        long value = count(name, least, MAX_TOKENS);
        bounds.put(name, new Place(new Span(start, start + in.getString().length()), "", ""));
        named.add(name);
        Long other = maxOutputTokens;
        maxOutputTokens = other == null ? value : Math.max(other, value);
    }

    /// Says where a bound would go that the body does not have.
    final void boundCouldBe(String name, Place place) {
        bounds.putIfAbsent(name, place);
    }

    /// A place for a field at the beginning of the body, or of the object that begins before `at`.
    static Place field(int at, String name) {
        return new Place(new Span(at, at), "\"" + name + "\":", ",");
    }

    /// Reads a list of objects that declare tools.
    final void tools(String name) {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrongType(name, "an array");
        }
        for (int at = 0; in.nextToken() != JsonToken.END_ARRAY; at++) {
            if (in.currentToken() != JsonToken.START_OBJECT) {
                throw wrongType(name + "[" + at + "]", "an object");
            }
            tools |= !name.equals(FUNCTIONS);
            functions |= name.equals(FUNCTIONS);
            input.scan();
        }
    }

    /// Reads what is said of the tools to call: a word, or an object whose type is one.
    final void toolChoice() {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            noTools = isNone();
            input.scan();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("type")) {
                once("tool_choice.type", () -> noTools = isNone());
            }
            input.scan();
        }
    }

    /// Reads what is said of the functions to call.
    final void functionCall() {
        noFunctions = isNone();
        input.scan();
    }

    private boolean isNone() {
        return in.currentToken() == JsonToken.VALUE_STRING && in.getString().equals("none");
    }

    final void number(String name) {
        JsonToken token = in.currentToken();
        if (token != JsonToken.VALUE_NUMBER_INT
                && token != JsonToken.VALUE_NUMBER_FLOAT
                && token != JsonToken.VALUE_NULL) {
            throw wrongType(name, "a number");
        }
    }

    final void text(String name) {
        JsonToken token = in.currentToken();
        if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NULL) {
            throw wrongType(name, "a string");
        }
    }

    /// Reads texts at which the model stops: a list of them, or a single one where the dialect has that.
    final void stops(String name, boolean orSingle) {
        JsonToken token = in.currentToken();
        if ((orSingle && token == JsonToken.VALUE_STRING) || token == JsonToken.VALUE_NULL) {
            return;
        }
        if (token != JsonToken.START_ARRAY) {
            throw wrongType(name, "a string or an array of strings");
        }
        for (int at = 0; in.nextToken() != JsonToken.END_ARRAY; at++) {
            if (in.currentToken() != JsonToken.VALUE_STRING) {
                throw wrongType(name + "[" + at + "]", "a string");
            }
        }
    }

    final boolean bool(String name) {
        return switch (in.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw wrongType(name, "true or false");
        };
    }

    final long count(String name, long least, long most) {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return least;
        }
        if (in.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw wrongType(name, "a whole number");
        }
        long value =
                in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? Long.MAX_VALUE
                        : in.getLongValue();
        if (value < least || value > most) {
            throw RefusedException.malformed(name, "must be " + least + " to " + most);
        }
        return value;
    }

    final int offset() {
        return Math.toIntExact(in.currentTokenLocation().getByteOffset());
    }

    private int afterString(int start) {
        int at = start + 1;
        while (body[at] != '"') {
            at += body[at] == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    static RefusedException wrongType(String name, String expected) {
        return RefusedException.malformed(name, "must be " + expected);
    }

    /// Where it went wrong, without the text around it: that could be a prompt.
    private static String reason(JacksonException e) {
        return e.getLocation() == null
                ? "unreadable"
                : "error at line "
                        + e.getLocation().getLineNr()
                        + ", column "
                        + e.getLocation().getColumnNr();
    }
}
