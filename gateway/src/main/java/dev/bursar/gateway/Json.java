package dev.bursar.gateway;

import dev.bursar.pricing.TokenUsage;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// The one way in and out of JSON: streaming, without trees.
final class Json {

    /// Deeper bodies are malformed. OpenAI's and Anthropic's own schemas stay below 30.
    static final int MAX_DEPTH = 256;

    /// The body limit bounds strings already.
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private Json() {}

    static JsonParser parser(byte[] bytes, int offset, int length) {
        return FACTORY.createParser(ObjectReadContext.empty(), bytes, offset, length);
    }

    static JsonGenerator generator(ByteArrayOutputStream out) {
        return FACTORY.createGenerator(ObjectWriteContext.empty(), out);
    }

    /// Whether the value at the parser can be a count: nobody counts below 0.
    static boolean isCount(JsonParser in) {
        return in.currentToken().isNumeric() && in.getDoubleValue() >= 0;
    }

    /// The whole number at the parser, at most [TokenUsage#MAX_COUNT], so that sums of some are exact; 0
    /// for anything else: providers send nulls where they count nothing.
    static long count(JsonParser in) {
        return switch (in.currentToken()) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                    (long) Math.clamp(in.getDoubleValue(), 0, TokenUsage.MAX_COUNT);
            case START_OBJECT, START_ARRAY -> {
                in.skipChildren();
                yield 0;
            }
            default -> 0;
        };
    }
}
