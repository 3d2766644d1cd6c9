package dev.bursar.gateway;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads what Gemini is to count or to embed: contents, or a whole request around them.
final class ContentsParser extends RequestParser {

    /// Texts of one request to embed.
    static final int MAX_REQUESTS = 4_096;

    ContentsParser(Target target, byte[] body, JsonParser in) {
        super(target, body, in);
    }

    @Override
    void field(String name) {
        String field = Camel.of(name);
        switch (field) {
            case "content" -> once(field, () -> Contents.single(this, field));
            case "contents" -> once(field, () -> Contents.read(this, field));
            case "requests" -> once(field, this::requests);
            default -> in.skipChildren();
        }
    }

    @Override
    void requireComplete() {
        switch (operation()) {
            case EMBED_CONTENT -> require("content");
            case BATCH_EMBED_CONTENTS -> require("requests");
            default -> {}
        }
    }

    private void requests() {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw wrongType("requests", "an array");
        }
        for (int at = 0; in.nextToken() != JsonToken.END_ARRAY; at++) {
            if (at >= MAX_REQUESTS) {
                throw RefusedException.malformed(
                        "requests", "must have at most " + MAX_REQUESTS + " items");
            }
            if (in.currentToken() != JsonToken.START_OBJECT) {
                throw wrongType("requests[" + at + "]", "an object");
            }
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                in.nextToken();
                if (name.equals("content")) {
                    Contents.single(this, "requests[" + at + "].content");
                } else {
                    in.skipChildren();
                }
            }
        }
    }
}
