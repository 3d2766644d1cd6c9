package dev.bursar.gateway;

import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Turns the `usageMetadata` of Gemini into disjoint counts.
///
/// `promptTokenCount` includes what was cached and leaves out what tools of Google's put into the prompt
/// (`toolUsePromptTokenCount`); `candidatesTokenCount` leaves out thoughts. Details tell the tokens of
/// each modality.
final class GeminiUsage {

    private long prompt;
    private long toolUse;
    private long candidates;
    private long thoughts;
    private long cached;
    private long total;
    private long audioIn;
    private long imageIn;
    private long audioCached;
    private long imageCached;
    private long audioOut;
    private long imageOut;
    private boolean input;
    private boolean output;

    private GeminiUsage() {}

    /// Reads the object at the parser to its end.
    ///
    /// @return null when the counts are not there
    static @Nullable TokenUsage read(JsonParser in) {
        GeminiUsage usage = new GeminiUsage();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            usage.field(in, name);
        }
        return usage.input && usage.output ? usage.disjoint() : null;
    }

    private void field(JsonParser in, String name) {
        switch (name) {
            case "promptTokenCount" -> {
                input = Json.isCount(in);
                prompt = Json.count(in);
            }
            case "candidatesTokenCount", "responseTokenCount" -> {
                output |= Json.isCount(in);
                candidates = Json.count(in);
            }
            case "totalTokenCount" -> {
                output |= Json.isCount(in);
                total = Json.count(in);
            }
            case "thoughtsTokenCount" -> thoughts = Json.count(in);
            case "toolUsePromptTokenCount" -> toolUse = Json.count(in);
            case "cachedContentTokenCount" -> cached = Json.count(in);
            case "promptTokensDetails" -> details(in, Side.PROMPT);
            case "cacheTokensDetails" -> details(in, Side.CACHE);
            case "candidatesTokensDetails", "responseTokensDetails" -> details(in, Side.OUTPUT);
            default -> in.skipChildren();
        }
    }

    private enum Side {
        PROMPT,
        CACHE,
        OUTPUT
    }

    private void details(JsonParser in, Side side) {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return;
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.currentToken() == JsonToken.START_OBJECT) {
                detail(in, side);
            } else {
                in.skipChildren();
            }
        }
    }

    private void detail(JsonParser in, Side side) {
        String modality = "";
        long count = 0;
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "modality" -> {
                    String told = AnswerReader.string(in);
                    modality = told == null ? "" : told;
                }
                case "tokenCount" -> count = Json.count(in);
                default -> in.skipChildren();
            }
        }
        boolean audio = modality.equals("AUDIO");
        if (!audio && !modality.equals("IMAGE")) {
            return;
        }
        switch (side) {
            case PROMPT -> {
                audioIn += audio ? count : 0;
                imageIn += audio ? 0 : count;
            }
            case CACHE -> {
                audioCached += audio ? count : 0;
                imageCached += audio ? 0 : count;
            }
            case OUTPUT -> {
                audioOut += audio ? count : 0;
                imageOut += audio ? 0 : count;
            }
        }
    }

    private TokenUsage disjoint() {
        TokenSplit split = new TokenSplit();
        long input = prompt + toolUse;
        input = split.take(TokenClass.CACHE_READ, cached, input);
        input = split.take(TokenClass.AUDIO_INPUT, audioIn - audioCached, input);
        input = split.take(TokenClass.IMAGE_INPUT, imageIn - imageCached, input);
        split.take(TokenClass.INPUT, input, input);
        // Some models tell thoughts in the total only.
        long unnamed = Math.max(0, total - prompt - toolUse - candidates - thoughts);
        long reasoning = thoughts + unnamed;
        split.take(TokenClass.REASONING, reasoning, reasoning);
        long output = candidates;
        output = split.take(TokenClass.AUDIO_OUTPUT, audioOut, output);
        output = split.take(TokenClass.IMAGE_OUTPUT, imageOut, output);
        split.take(TokenClass.OUTPUT, output, output);
        return split.usage();
    }
}
