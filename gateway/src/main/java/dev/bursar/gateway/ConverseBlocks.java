package dev.bursar.gateway;

import dev.bursar.gateway.CallRequest.Hidden;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads the messages of a Converse request: blocks, each with one field that says what it is.
final class ConverseBlocks {

    private final RequestParser request;
    private final JsonParser in;

    private ConverseBlocks(RequestParser request) {
        this.request = request;
        this.in = request.in;
    }

    /// Reads the list of messages at the parser.
    static void messages(RequestParser request) {
        new ConverseBlocks(request).messages();
    }

    /// Reads the list of blocks at the parser, or nothing.
    static void read(RequestParser request, String path) {
        if (request.in.currentToken() != JsonToken.VALUE_NULL) {
            new ConverseBlocks(request).blocks(path);
        }
    }

    private void messages() {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw RequestParser.wrongType("messages", "an array");
        }
        int count = 0;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            message("messages[" + count++ + "]");
        }
        if (count == 0) {
            throw RefusedException.malformed("messages", "must not be empty");
        }
    }

    private void message(String path) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw RequestParser.wrongType(path, "an object");
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "role" -> {
                    if (in.currentToken() != JsonToken.VALUE_STRING) {
                        throw RequestParser.wrongType(path + ".role", "a string");
                    }
                }
                case "content" -> blocks(path + ".content");
                default -> in.skipChildren();
            }
        }
    }

    private void blocks(String path) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw RequestParser.wrongType(path, "an array");
        }
        for (int at = 0; in.nextToken() != JsonToken.END_ARRAY; at++) {
            block(path + "[" + at + "]");
        }
    }

    private void block(String path) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw RequestParser.wrongType(path, "an object");
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            part(path, name);
        }
    }

    /// A picture is billed by its size; documents, sound and film by what is in them, which their bytes do
    /// not tell.
    private void part(String path, String name) {
        switch (name) {
            case "image" -> {
                request.input.images++;
                in.skipChildren();
            }
            case "document", "video", "audio" -> {
                request.input.adds(Hidden.CONTENT);
                in.skipChildren();
            }
            case "cachePoint" -> request.input.cacheControl();
            case "guardContent" -> block(path + "." + name);
            case "toolResult" -> toolResult(path + "." + name);
            default -> in.skipChildren();
        }
    }

    private void toolResult(String path) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw RequestParser.wrongType(path, "an object");
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            if (name.equals("content")) {
                blocks(path + ".content");
            } else {
                in.skipChildren();
            }
        }
    }
}
