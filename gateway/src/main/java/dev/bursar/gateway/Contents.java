package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Hidden;
import java.util.Locale;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads `contents` of Gemini: turns of a conversation with their parts.
final class Contents {

    private static final String IMAGE = "image/";

    private final RequestParser request;
    private final JsonParser in;

    private Contents(RequestParser request) {
        this.request = request;
        this.in = request.in;
    }

    /// Reads one turn or a list of them at the parser.
    static void read(RequestParser request, String name) {
        Contents contents = new Contents(request);
        JsonParser in = request.in;
        if (in.currentToken() != JsonToken.START_ARRAY) {
            contents.content(name);
            return;
        }
        int count = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            contents.content(name + "[" + count++ + "]");
        }
        if (count == 0) {
            throw RefusedException.malformed(name, "must not be empty");
        }
    }

    /// Reads one turn, or nothing.
    static void single(RequestParser request, String name) {
        if (request.in.currentToken() != JsonToken.VALUE_NULL) {
            new Contents(request).content(name);
        }
    }

    private void content(String path) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw RequestParser.wrongType(path, "an object");
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("parts")) {
                parts(path + ".parts");
            } else {
                in.skipChildren();
            }
        }
    }

    private void parts(String path) {
        if (in.currentToken() == JsonToken.START_OBJECT) {
            part();
            return;
        }
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw RequestParser.wrongType(path, "an array");
        }
        for (int at = 0; in.nextToken() != JsonToken.END_ARRAY; at++) {
            if (in.currentToken() != JsonToken.START_OBJECT) {
                throw RequestParser.wrongType(path + "[" + at + "]", "an object");
            }
            part();
        }
    }

    private void part() {
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (Camel.of(name)) {
                case "inlineData" -> inlineData();
                case "fileData" -> {
                    request.input.adds(Hidden.CONTENT);
                    in.skipChildren();
                }
                default -> in.skipChildren();
            }
        }
    }

    /// A picture is billed by its size; sound, film and documents by what is in them.
    private void inlineData() {
        String type = "";
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (Camel.of(name).equals("mimeType") && in.currentToken() == JsonToken.VALUE_STRING) {
                type = in.getString().toLowerCase(Locale.ROOT);
            } else {
                in.skipChildren();
            }
        }
        if (type.startsWith(IMAGE)) {
            request.input.images++;
        } else if (!type.startsWith("text/")) {
            request.input.adds(Hidden.CONTENT);
        }
    }
}
