package dev.bursar.server.demo;

import java.util.List;

/// One kind of simulated agent.
///
/// @param key name of the gateway key it uses
/// @param anthropic whether it speaks Anthropic messages, else OpenAI chat completions
/// @param stream whether it asks for streamed answers
/// @param tool a tool it offers to the model, or empty
/// @param promptTokens about how long its first prompt is
/// @param steps the most calls of one run
/// @param pauseMillis the longest time between two of its calls
/// @param count how many agents of this kind work at the same time
record Role(
        String workflow,
        String agent,
        String key,
        String release,
        boolean anthropic,
        String model,
        boolean stream,
        String tool,
        int promptTokens,
        int steps,
        int pauseMillis,
        int count) {

    /// Three workflows: many small calls, few long ones, and something between.
    static final List<Role> FLEET =
            List.of(
                    openAi("support", "triage", "2026.11.2", "gpt-4o-mini", 220, 3, 1_600, 4),
                    anthropic(
                            "support", "reply", "2026.11.2", "claude-haiku-4-5", 700, 4, 2_000, 2),
                    anthropic(
                                    "research",
                                    "scout",
                                    "2026.10.7",
                                    "claude-sonnet-4-5",
                                    1_500,
                                    6,
                                    2_500,
                                    2)
                            .offering("web_search"),
                    openAi("research", "writer", "2026.10.7", "gpt-4.1", 2_400, 3, 3_000, 1),
                    openAi("coding", "coder", "2026.11.9", "gpt-5-mini", 3_200, 8, 1_800, 2),
                    anthropic(
                            "coding",
                            "reviewer",
                            "2026.11.9",
                            "claude-sonnet-4-5",
                            2_600,
                            3,
                            3_500,
                            1));

    private static Role openAi(
            String workflow,
            String agent,
            String release,
            String model,
            int promptTokens,
            int steps,
            int pauseMillis,
            int count) {
        return new Role(
                workflow,
                agent,
                workflow,
                release,
                false,
                model,
                true,
                "",
                promptTokens,
                steps,
                pauseMillis,
                count);
    }

    private static Role anthropic(
            String workflow,
            String agent,
            String release,
            String model,
            int promptTokens,
            int steps,
            int pauseMillis,
            int count) {
        return new Role(
                workflow,
                agent,
                workflow,
                release,
                true,
                model,
                true,
                "",
                promptTokens,
                steps,
                pauseMillis,
                count);
    }

    /// Tools are used without streaming.
    private Role offering(String tool) {
        return new Role(
                workflow,
                agent,
                key,
                release,
                anthropic,
                model,
                false,
                tool,
                promptTokens,
                steps,
                pauseMillis,
                count);
    }
}
