package dev.bursar.gateway;

import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Turns the `usage` object of OpenAI's APIs into disjoint counts. Chat Completions says `prompt_tokens`
/// and `completion_tokens` where Responses says `input_tokens` and `output_tokens`.
///
/// `prompt_tokens` includes what was cached; `completion_tokens` includes reasoning and rejected
/// predictions. xAI keeps reasoning beside `completion_tokens`, and Gemini in this dialect does not even
/// name it: it shows in `total_tokens` only. DeepSeek reports cache hits as `prompt_cache_hit_tokens`.
final class OpenAiUsage {

    private long prompt;
    private long completion;
    private long total;
    private long cached;
    private long cacheWrite;
    private long audioIn;
    private long imageIn;
    private long reasoning;
    private long audioOut;
    private long imageOut;
    private boolean input;
    private boolean output;

    private OpenAiUsage() {}

    /// Reads the object at the parser to its end.
    ///
    /// @param answer told of what is billed beside tokens
    /// @return null when the counts are not there: an empty usage says nothing, least of all 0
    static @Nullable TokenUsage read(JsonParser in, AnswerReader answer) {
        OpenAiUsage usage = new OpenAiUsage();
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            switch (name) {
                case "prompt_tokens", "input_tokens" -> {
                    usage.input = Json.isCount(in);
                    usage.prompt = Json.count(in);
                }
                case "completion_tokens", "output_tokens" -> {
                    usage.output |= Json.isCount(in);
                    usage.completion = Json.count(in);
                }
                case "total_tokens" -> {
                    usage.output |= Json.isCount(in);
                    usage.total = Json.count(in);
                }
                case "prompt_cache_hit_tokens", "cached_tokens" ->
                        usage.cached = Math.max(usage.cached, Json.count(in));
                case "reasoning_tokens" ->
                        usage.reasoning = Math.max(usage.reasoning, Json.count(in));
                case "num_search_queries", "num_sources_used" ->
                        answer.apiece(name, Json.count(in));
                case "server_tool_use" -> AnthropicUsage.serverTools(in, answer);
                case "prompt_tokens_details", "input_tokens_details" -> usage.details(in, true);
                case "completion_tokens_details", "output_tokens_details" ->
                        usage.details(in, false);
                default -> in.skipChildren();
            }
        }
        return usage.input && usage.output ? usage.disjoint() : null;
    }

    private void details(JsonParser in, boolean input) {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return;
        }
        for (String name = in.nextName(); name != null; name = in.nextName()) {
            in.nextToken();
            long count = Json.count(in);
            switch (name) {
                case "cached_tokens" -> cached = Math.max(cached, count);
                case "cache_write_tokens" -> cacheWrite = count;
                case "reasoning_tokens" -> reasoning = Math.max(reasoning, count);
                case "audio_tokens" -> {
                    if (input) {
                        audioIn = count;
                    } else {
                        audioOut = count;
                    }
                }
                case "image_tokens" -> {
                    if (input) {
                        imageIn = count;
                    } else {
                        imageOut = count;
                    }
                }
                default -> {}
            }
        }
    }

    private TokenUsage disjoint() {
        TokenSplit split = new TokenSplit();
        long input = prompt;
        input = split.take(TokenClass.CACHE_READ, cached, input);
        input = split.take(TokenClass.CACHE_WRITE_5M, cacheWrite, input);
        input = split.take(TokenClass.AUDIO_INPUT, audioIn, input);
        input = split.take(TokenClass.IMAGE_INPUT, imageIn, input);
        split.take(TokenClass.INPUT, input, input);
        long beside = beside();
        long output = completion + beside;
        output = split.take(TokenClass.REASONING, Math.max(reasoning, beside), output);
        output = split.take(TokenClass.AUDIO_OUTPUT, audioOut, output);
        output = split.take(TokenClass.IMAGE_OUTPUT, imageOut, output);
        split.take(TokenClass.OUTPUT, output, output);
        return split.usage();
    }

    /// Reasoning that `completion_tokens` leaves out: what only the total has, and what is more than all
    /// of the completion.
    private long beside() {
        long rest = Math.max(0, total - prompt - completion);
        return reasoning > completion ? Math.max(rest, reasoning) : rest;
    }
}
