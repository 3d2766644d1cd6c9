package dev.bursar.gateway;

import tools.jackson.core.JsonParser;

/// Reads a request for embeddings, whose only tokens are those of its input.
final class EmbeddingsParser extends RequestParser {

    /// Texts of one request, twice what OpenAI takes.
    static final int MAX_INPUTS = 4_096;

    EmbeddingsParser(Target target, byte[] body, JsonParser in) {
        super(target, body, in);
    }

    @Override
    void field(String name) {
        switch (name) {
            case "model" -> once(name, this::model);
            case "input" -> once(name, () -> Texts.count(this, name, MAX_INPUTS));
            case "encoding_format" -> once(name, () -> text(name));
            case "dimensions" -> once(name, () -> count(name, 1, MAX_TOKENS));
            default -> in.skipChildren();
        }
    }

    @Override
    void requireComplete() {
        require("input");
    }
}
