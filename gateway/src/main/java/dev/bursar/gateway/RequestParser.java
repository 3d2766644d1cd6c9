package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.CacheWrite;
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
    private boolean hiddenInput;
    private int images;
    private CacheWrite cacheWrite = CacheWrite.NONE;

    private RequestParser(Dialect dialect, byte[] body, JsonParser in) {
        this.dialect = dialect;
        this.body = body;
        this.in = in;
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
                hiddenInput,
                images,
                cacheWrite);
    }

    private void field(String name) {
        switch (name) {
            case "model" -> once(name, this::model);
            case "stream" -> once(name, () -> stream = bool(name));
            case "max_tokens", "max_completion_tokens" -> once(name, () -> bound(name));
            case "n" -> once(name, () -> choices = (int) count(name, 1, MAX_CHOICES));
            case "stream_options" -> once(name, this::streamOptions);
            case "messages" -> once(name, this::messages);
            case "tools", "functions" -> once(name, () -> tools(name));
            case "web_search_options", "mcp_servers", "container" -> {
                hiddenInput |= in.currentToken() != JsonToken.VALUE_NULL;
                in.skipChildren();
            }
            case "cache_control" -> cacheControl();
            default -> scan();
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
        long value = count(name, 0, MAX_TOKENS);
        Long other = maxOutputTokens;
        maxOutputTokens = other == null ? value : Math.max(other, value);
    }

    private void messages() {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrongType("messages", "an array");
        }
        messages = true;
        scan();
    }

    private void tools(String name) {
        if (in.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrongType(name, "an array");
        }
        JsonToken first = in.nextToken();
        tools |= first != JsonToken.END_ARRAY;
        for (JsonToken token = first; token != JsonToken.END_ARRAY; token = in.nextToken()) {
            scan();
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

    /// Passes over the value at the parser and notes what changes the price of input.
    private void scan() {
        int depth = 0;
        do {
            JsonToken token = in.currentToken();
            if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                depth++;
            } else if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                depth--;
            } else if (token == JsonToken.PROPERTY_NAME) {
                noteField(in.currentName());
                continue;
            }
            if (depth == 0) {
                return;
            }
        } while (in.nextToken() != null);
    }

    private void noteField(String name) {
        switch (name) {
            case "type" -> {
                if (in.nextToken() == JsonToken.VALUE_STRING) {
                    noteType(in.getString());
                } else {
                    scanNested();
                }
            }
            case "cache_control" -> {
                in.nextToken();
                cacheControl();
            }
            case "ttl" -> {
                if (in.nextToken() == JsonToken.VALUE_STRING && in.getString().equals("1h")) {
                    cacheWrite = CacheWrite.ONE_HOUR;
                } else {
                    scanNested();
                }
            }
            default -> {}
        }
    }

    private void cacheControl() {
        if (in.currentToken() == JsonToken.START_OBJECT && cacheWrite == CacheWrite.NONE) {
            cacheWrite = CacheWrite.FIVE_MINUTES;
        }
        scanNested();
    }

    /// Passes over a value whose first token is read already.
    private void scanNested() {
        JsonToken token = in.currentToken();
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            scan();
        }
    }

    private void noteType(String type) {
        switch (type) {
            case "image", "image_url", "input_image" -> images++;
            case "input_audio", "file", "document", "container_upload", "video_url" ->
                    hiddenInput = true;
            default ->
                    hiddenInput |=
                            type.startsWith("web_search_")
                                    || type.startsWith("web_fetch_")
                                    || type.startsWith("code_execution_")
                                    || type.startsWith("tool_search_")
                                    || type.startsWith("mcp_")
                                    || type.startsWith("advisor_");
        }
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
