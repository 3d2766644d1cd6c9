package dev.bursar.gateway.cache;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Requests of OpenAI's dialect that are nothing but texts or tokens: completions and embeddings. No two
/// texts are the same for their meaning: the vector of one is not that of another, and a text to be
/// continued is no question.
///
/// @param drawn whether the answer is drawn by chance
record PlainReading(boolean drawn) implements Reading {

    static final PlainReading COMPLETIONS = new PlainReading(true);
    static final PlainReading EMBEDDINGS = new PlainReading(false);

    private static final Set<String> BESIDE =
            Set.of("model", "stream", "stream_options", "user", "metadata");

    @Override
    public boolean saysEverything(ObjectNode body) {
        return Reading.isOff(body.path("store")) && Reading.isUnset(body.path("preset"));
    }

    @Override
    public @Nullable JsonNode temperature(ObjectNode body) {
        return drawn ? body.path("temperature") : null;
    }

    @Override
    public Set<String> beside() {
        return BESIDE;
    }

    @Override
    public @Nullable String takeText(ObjectNode body) {
        return null;
    }
}
