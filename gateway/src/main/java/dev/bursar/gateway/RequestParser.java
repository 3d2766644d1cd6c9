package dev.bursar.gateway;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads a request's body in one pass, without a tree. Fields it does not know are left alone.
///
/// Anything that is not JSON is refused, and so is a known field that has the wrong type or is given
/// twice: two readers could then understand the body differently.
final class RequestParser {

    static final int MAX_MODEL_CHARS = 256;
    static final int MAX_CHOICES = 128;

    /// More than any model can produce; the reservation is capped by the model's own bound.
    static final long MAX_TOKENS = 1_000_000_000L;

    private final Dialect dialect;
    private final byte[] body;
    private final JsonParser in;
    private final Set<String> seen = new HashSet<>();

    private @Nullable String model;
    private int modelStart;
    private int modelEnd;
    private boolean stream;
    private @Nullable Long maxOutputTokens;
    private final Map<String, Integer> nullBounds = new HashMap<>();
    private int choices = 1;
    private int rootStart;
    private Splice.@Nullable Edit optionsEdit;
    private boolean usageAsked;
    private boolean messages;
    private boolean tools;
    private final PricedInput input;

    private RequestParser(Dialect dialect, byte[] body, JsonParser in) {
        this.dialect = dialect;
        this.body = body;
        this.in = in;
        this.input = new PricedInput(in);
    }

    static CallRequest parse(Dialect dialect, byte[] body) {
        try (JsonParser in = Json.parser(body, 0, body.length)) {
            return new RequestParser(dialect, body, in).request();
        } catch (JacksonException e) {
            throw RefusedException.malformed("body", "not valid JSON: " + reason(e));
        }
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
        if (!messages) {
            throw RefusedException.malformed("messages", "is missing");
        }
        return new CallRequest(
                model,
                modelStart,
                modelEnd,
                stream,
                maxOutputTokens,
                rootStart + 1,
                nullBounds,
                choices,
                askForUsage(),
                tools,
                input.hidden,
                input.images,
                input.cacheWrite);
    }

    private void field(String name) {
        switch (name) {
            case "model" -> once(name, this::model);
            case "stream" -> once(name, () -> stream = bool(name));
            case "max_tokens", "max_completion_tokens" -> once(name, () -> bound(name));
            case "n" -> once(name, () -> choices = (int) count(name, 1, MAX_CHOICES));
            case "temperature", "top_p" -> once(name, () -> number(name));
            case "stream_options" -> once(name, this::streamOptions);
            case "messages" -> once(name, this::messages);
            case "tools", "functions" -> once(name, () -> tools(name));
            case "web_search_options", "mcp_servers", "container" -> {
                input.hidden |= in.currentToken() != JsonToken.VALUE_NULL;
                in.skipChildren();
            }
            case "cache_control" -> input.cacheControl();
            default -> {
                if (name.equals(dialect == Dialect.OPENAI ? "stop" : "stop_sequences")) {
                    once(name, () -> stop(name));
                } else if (dialect == Dialect.ANTHROPIC && name.equals("system")) {
                    once(name, this::system);
                } else {
                    input.scan();
                }
            }
        }
    }

    private void once(String name, Runnable field) {
        if (!seen.add(name)) {
            throw RefusedException.malformed(name, "is given twice");
        }
        field.run();
    }

    private void model() {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            throw wrongType("model", "a string");
        }
        modelStart = offset();
        String value = in.getString();
        if (value.isBlank()
                || value.length() > MAX_MODEL_CHARS
                || value.chars().anyMatch(Character::isISOControl)) {
            throw RefusedException.malformed(
                    "model", "must have 1 to " + MAX_MODEL_CHARS + " plain characters");
        }
        model = value;
        modelEnd = afterString(modelStart);
    }

    private void bound(String name) {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            nullBounds.put(name, offset());
            return;
        }
        long value = count(name, leastOutput(), MAX_TOKENS);
        Long other = maxOutputTokens;
        maxOutputTokens = other == null ? value : Math.max(other, value);
    }

    /// Messages takes 0, which only writes the prompt cache.
    private long leastOutput() {
        return switch (dialect) {
            case OPENAI -> 1;
            case ANTHROPIC -> 0;
        };
    }

    private void messages() {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrongType("messages", "an array");
        }
        int count = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            message(count++);
        }
        if (count == 0) {
            throw RefusedException.malformed("messages", "must not be empty");
        }
        messages = true;
    }

    private void message(int at) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw wrongType("messages[" + at + "]", "an object");
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "role" -> {
                    if (in.currentToken() != JsonToken.VALUE_STRING) {
                        throw wrongType("messages[" + at + "].role", "a string");
                    }
                }
                case "content" -> content(at);
                case "cache_control" -> input.cacheControl();
                default -> input.scan();
            }
        }
    }

    /// Text or parts of it. OpenAI's assistant may have said nothing but tool calls, and servers of its
    /// dialect take bare strings for parts.
    private void content(int at) {
        JsonToken token = in.currentToken();
        boolean openAi = dialect == Dialect.OPENAI;
        if (token == JsonToken.START_ARRAY) {
            for (int part = 0; in.nextToken() != JsonToken.END_ARRAY; part++) {
                boolean text = openAi && in.currentToken() == JsonToken.VALUE_STRING;
                if (!text && in.currentToken() != JsonToken.START_OBJECT) {
                    throw wrongType("messages[" + at + "].content[" + part + "]", "an object");
                }
                input.scan();
            }
        } else if (token != JsonToken.VALUE_STRING && !(openAi && token == JsonToken.VALUE_NULL)) {
            throw wrongType("messages[" + at + "].content", "a string or an array");
        }
    }

    private void system() {
        JsonToken token = in.currentToken();
        if (token != JsonToken.VALUE_STRING
                && token != JsonToken.START_ARRAY
                && token != JsonToken.VALUE_NULL) {
            throw wrongType("system", "a string or an array");
        }
        input.scan();
    }

    private void tools(String name) {
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
            tools = true;
            input.scan();
        }
    }

    private void number(String name) {
        JsonToken token = in.currentToken();
        if (token != JsonToken.VALUE_NUMBER_INT
                && token != JsonToken.VALUE_NUMBER_FLOAT
                && token != JsonToken.VALUE_NULL) {
            throw wrongType(name, "a number");
        }
    }

    private void stop(String name) {
        JsonToken token = in.currentToken();
        boolean single = name.equals("stop") && token == JsonToken.VALUE_STRING;
        if (single || token == JsonToken.VALUE_NULL) {
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

    private void streamOptions() {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            optionsEdit = new Splice.Edit(offset(), offset() + 4, "{\"include_usage\":true}");
            return;
        }
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw wrongType("stream_options", "an object");
        }
        int inside = offset() + 1;
        boolean empty = true;
        Splice.Edit replace = null;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            empty = false;
            if (name.equals("include_usage")) {
                if (replace != null || usageAsked) {
                    throw RefusedException.malformed(
                            "stream_options.include_usage", "is given twice");
                }
                usageAsked = bool("stream_options.include_usage");
                int length = in.getString().length();
                replace = new Splice.Edit(offset(), offset() + length, "true");
            } else {
                in.skipChildren();
            }
        }
        optionsEdit =
                replace != null
                        ? replace
                        : new Splice.Edit(
                                inside, inside, "\"include_usage\":true" + (empty ? "" : ","));
    }

    private Splice.@Nullable Edit askForUsage() {
        if (dialect != Dialect.OPENAI || !stream || usageAsked) {
            return null;
        }
        return optionsEdit != null
                ? optionsEdit
                : new Splice.Edit(
                        rootStart + 1,
                        rootStart + 1,
                        "\"stream_options\":{\"include_usage\":true},");
    }

    private boolean bool(String name) {
        return switch (in.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw wrongType(name, "true or false");
        };
    }

    private long count(String name, long least, long most) {
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

    private int offset() {
        return Math.toIntExact(in.currentTokenLocation().getByteOffset());
    }

    private int afterString(int start) {
        int at = start + 1;
        while (body[at] != '"') {
            at += body[at] == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    private static RefusedException wrongType(String name, String expected) {
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
