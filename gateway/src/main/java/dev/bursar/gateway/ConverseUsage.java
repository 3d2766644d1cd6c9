package dev.bursar.gateway;

import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Turns the `usage` of Converse into disjoint counts.
///
/// `inputTokens` leaves out what was read from the cache or written to it; `outputTokens` includes
/// reasoning, which no model of Bedrock tells apart. `cacheDetails` says how long what was written lives.
final class ConverseUsage {

    private long input;
    private long output;
    private long cacheRead;
    private long cacheWrite;
    private long cacheWriteOneHour;
    private long cacheWriteTold;
    private boolean complete;

    private ConverseUsage() {}

    /// Reads the object at the parser to its end.
    ///
    /// @return null when the counts are not there
    static @Nullable TokenUsage read(JsonParser in) {
        ConverseUsage usage = new ConverseUsage();
        boolean withInput = false;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            boolean counted = Json.isCount(in);
            switch (name) {
                case "inputTokens" -> {
                    withInput = counted;
                    usage.input = Json.count(in);
                }
                case "outputTokens" -> {
                    usage.complete = counted;
                    usage.output = Json.count(in);
                }
                case "cacheReadInputTokens" -> usage.cacheRead = Json.count(in);
                case "cacheWriteInputTokens" -> usage.cacheWrite = Json.count(in);
                case "cacheDetails" -> usage.details(in);
                default -> in.skipChildren();
            }
        }
        return withInput && usage.complete ? usage.disjoint() : null;
    }

    private void details(JsonParser in) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                detail(in);
            } else {
                in.skipChildren();
            }
        }
    }

    private void detail(JsonParser in) {
        String ttl = "";
        long count = 0;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "ttl" -> ttl = String.valueOf(AnswerReader.string(in));
                case "inputTokens" -> count = Json.count(in);
                default -> in.skipChildren();
            }
        }
        cacheWriteTold += count;
        cacheWriteOneHour += ttl.equals("1h") ? count : 0;
    }

    private TokenUsage disjoint() {
        TokenSplit split = new TokenSplit();
        split.take(TokenClass.INPUT, input, input);
        split.take(TokenClass.CACHE_READ, cacheRead, cacheRead);
        long written = Math.max(cacheWrite, cacheWriteTold);
        written = split.take(TokenClass.CACHE_WRITE_1H, cacheWriteOneHour, written);
        split.take(TokenClass.CACHE_WRITE_5M, written, written);
        split.take(TokenClass.OUTPUT, output, output);
        return split.usage();
    }
}
