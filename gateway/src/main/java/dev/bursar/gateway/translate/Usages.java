package dev.bursar.gateway.translate;

import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.util.EnumMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The counts of tokens of each form, read into disjoint classes and written from them.
///
/// OpenAI and Gemini count what was cached in the prompt, Anthropic and Bedrock beside it. Gemini counts
/// thoughts beside the candidates; the others count reasoning in the output.
final class Usages {

    private Usages() {}

    /// `usage` of Chat Completions. xAI and Gemini's own chats leave reasoning out of `completion_tokens`:
    /// it shows in the total.
    static TokenUsage ofChat(JsonNode usage) {
        long prompt = count(usage, "prompt_tokens");
        long completion = count(usage, "completion_tokens");
        JsonNode in = usage.path("prompt_tokens_details");
        JsonNode out = usage.path("completion_tokens_details");
        long reasoning = count(out, "reasoning_tokens");
        long beside = Math.max(0, count(usage, "total_tokens") - prompt - completion);
        if (reasoning > completion) {
            beside = Math.max(beside, reasoning);
        }
        Split split = new Split();
        long input = prompt;
        long cached = Math.max(count(in, "cached_tokens"), count(usage, "prompt_cache_hit_tokens"));
        input = split.take(TokenClass.CACHE_READ, cached, input);
        input = split.take(TokenClass.CACHE_WRITE_5M, count(in, "cache_write_tokens"), input);
        input = split.take(TokenClass.AUDIO_INPUT, count(in, "audio_tokens"), input);
        input = split.take(TokenClass.IMAGE_INPUT, count(in, "image_tokens"), input);
        split.take(TokenClass.INPUT, input, input);
        long output = completion + beside;
        output = split.take(TokenClass.REASONING, Math.max(reasoning, beside), output);
        output = split.take(TokenClass.AUDIO_OUTPUT, count(out, "audio_tokens"), output);
        split.take(TokenClass.OUTPUT, output, output);
        return split.usage();
    }

    /// `usage` of Messages.
    static TokenUsage ofMessages(JsonNode usage) {
        long written = count(usage, "cache_creation_input_tokens");
        long hour = count(usage.path("cache_creation"), "ephemeral_1h_input_tokens");
        long minutes = count(usage.path("cache_creation"), "ephemeral_5m_input_tokens");
        written = Math.max(written, hour + minutes);
        Split split = new Split();
        put(split, TokenClass.INPUT, count(usage, "input_tokens"));
        put(split, TokenClass.CACHE_READ, count(usage, "cache_read_input_tokens"));
        put(split, TokenClass.CACHE_WRITE_1H, hour);
        put(split, TokenClass.CACHE_WRITE_5M, written - hour);
        long output = count(usage, "output_tokens");
        long thinking = count(usage.path("output_tokens_details"), "thinking_tokens");
        output = split.take(TokenClass.REASONING, thinking, output);
        split.take(TokenClass.OUTPUT, output, output);
        return split.usage();
    }

    /// `usageMetadata` of Gemini. Some models tell thoughts in the total only.
    static TokenUsage ofGenerate(JsonNode usage) {
        long input = count(usage, "promptTokenCount") + count(usage, "toolUsePromptTokenCount");
        long candidates = count(usage, "candidatesTokenCount");
        long total = count(usage, "totalTokenCount");
        long thoughts = count(usage, "thoughtsTokenCount");
        Split split = new Split();
        put(split, TokenClass.REASONING, Math.max(thoughts, total - input - candidates));
        put(split, TokenClass.OUTPUT, candidates);
        long rest =
                split.take(TokenClass.CACHE_READ, count(usage, "cachedContentTokenCount"), input);
        split.take(TokenClass.INPUT, rest, rest);
        return split.usage();
    }

    /// `usage` of Converse.
    static TokenUsage ofConverse(JsonNode usage) {
        Split split = new Split();
        put(split, TokenClass.INPUT, count(usage, "inputTokens"));
        put(split, TokenClass.CACHE_READ, count(usage, "cacheReadInputTokens"));
        put(split, TokenClass.CACHE_WRITE_5M, count(usage, "cacheWriteInputTokens"));
        put(split, TokenClass.OUTPUT, count(usage, "outputTokens"));
        return split.usage();
    }

    static ObjectNode chat(TokenUsage usage) {
        ObjectNode json = Trees.object();
        json.put("prompt_tokens", usage.input());
        json.put("completion_tokens", usage.output());
        json.put("total_tokens", usage.total());
        json.putObject("prompt_tokens_details")
                .put("cached_tokens", usage.get(TokenClass.CACHE_READ));
        json.putObject("completion_tokens_details")
                .put("reasoning_tokens", usage.get(TokenClass.REASONING));
        return json;
    }

    static ObjectNode responses(TokenUsage usage) {
        ObjectNode json = Trees.object();
        json.put("input_tokens", usage.input());
        json.putObject("input_tokens_details")
                .put("cached_tokens", usage.get(TokenClass.CACHE_READ));
        json.put("output_tokens", usage.output());
        json.putObject("output_tokens_details")
                .put("reasoning_tokens", usage.get(TokenClass.REASONING));
        json.put("total_tokens", usage.total());
        return json;
    }

    static ObjectNode messages(TokenUsage usage) {
        long read = usage.get(TokenClass.CACHE_READ);
        long written = usage.get(TokenClass.CACHE_WRITE_5M) + usage.get(TokenClass.CACHE_WRITE_1H);
        ObjectNode json = Trees.object();
        json.put("input_tokens", usage.input() - read - written);
        json.put("cache_creation_input_tokens", written);
        json.put("cache_read_input_tokens", read);
        json.put("output_tokens", usage.output());
        return json;
    }

    static ObjectNode generate(TokenUsage usage) {
        long thoughts = usage.get(TokenClass.REASONING);
        long read = usage.get(TokenClass.CACHE_READ);
        ObjectNode json = Trees.object();
        json.put("promptTokenCount", usage.input());
        json.put("candidatesTokenCount", usage.output() - thoughts);
        json.put("totalTokenCount", usage.total());
        if (read > 0) {
            json.put("cachedContentTokenCount", read);
        }
        if (thoughts > 0) {
            json.put("thoughtsTokenCount", thoughts);
        }
        return json;
    }

    /// 0 for what is no number: providers send nulls where they count nothing.
    private static long count(JsonNode usage, String name) {
        return (long) Math.clamp(usage.path(name).asDouble(0), 0, TokenUsage.MAX_COUNT);
    }

    private static void put(Split split, TokenClass type, long count) {
        split.take(type, count, count);
    }

    /// Takes counts out of a total: no class gets more than is left of it.
    private static final class Split {

        private final Map<TokenClass, Long> counts = new EnumMap<>(TokenClass.class);

        /// @return what is left of `available`
        private long take(TokenClass type, long count, long available) {
            long taken = Math.clamp(count, 0, Math.clamp(available, 0, TokenUsage.MAX_COUNT));
            counts.put(type, taken);
            return available - taken;
        }

        private TokenUsage usage() {
            return TokenUsage.of(counts);
        }
    }
}
