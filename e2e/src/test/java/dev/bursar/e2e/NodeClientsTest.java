package dev.bursar.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bursar.e2e.ClientCase.Trouble;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;

/// Client libraries from npm, for JavaScript. They are skipped where `./bursar test` could not install
/// them.
class NodeClientsTest extends ClientContract {

    private static final Optional<Node> NODE = Node.find();

    private static final String EMBEDDINGS = "text-embedding-3-small";

    private static final ClientCase OPENAI = official("openai-chat").embeds(EMBEDDINGS);

    private static final ClientCase RESPONSES =
            official("openai-responses").sees(Trouble.STOPPED, "max_output_tokens");

    private static final ClientCase AGENTS =
            official("agents#responses").sees(Trouble.STOPPED, "ModelBehaviorError 0 - -");

    private static final ClientCase ANTHROPIC = aiSdk("ai-sdk#anthropic", "claude-opus-4-6");

    private static final ClientCase GENAI =
            client("genai", "gemini-2.5-flash")
                    .sees(Trouble.DENIED, "ApiError 402 402 poor")
                    .sees(Trouble.FORBIDDEN, "ApiError 403 403 -")
                    .sees(Trouble.BUSY, "ApiError 429 429 one-at-a-time")
                    .sees(Trouble.CUT, "ApiError 502 502 -")
                    .sees(Trouble.STOPPED, "MAX_TOKENS")
                    .insists(1)
                    .embeds("gemini-embedding-001");

    @BeforeAll
    static void needNode(TestInfo info) {
        assumeTrue(
                NODE.isPresent(),
                "SKIPPED: no Node 22 or no clients in e2e/src/test/node: ./bursar test installs them");
    }

    @Override
    Stream<ClientCase> clients() {
        return Stream.of(
                OPENAI,
                official("langchain#chat").waits(7).embeds(EMBEDDINGS),
                official("agents#chat").sees(Trouble.STOPPED, ClientCase.UNSEEN),
                official("anthropic", "claude-opus-4-6")
                        .sees(Trouble.DENIED, "PaymentRequiredError 402 budget_exhausted poor")
                        .sees(Trouble.STOPPED, "max_tokens"),
                aiSdk("ai-sdk#chat", "gpt-4o-mini").embeds(EMBEDDINGS),
                ANTHROPIC,
                RESPONSES,
                official("langchain#responses").waits(7).sees(Trouble.STOPPED, "max_output_tokens"),
                AGENTS,
                aiSdk("ai-sdk#responses", "gpt-4o-mini"),
                GENAI,
                aiSdk("ai-sdk#google", "gemini-2.5-flash")
                        .sees(Trouble.DENIED, "APICallError 402 402 poor")
                        .sees(Trouble.FORBIDDEN, "APICallError 403 403 -")
                        .sees(Trouble.BUSY, "RetryError 429 429 one-at-a-time")
                        .sees(Trouble.CUT, "StreamProviderError 502 502 -")
                        .embeds("gemini-embedding-001"));
    }

    @Override
    Stream<ClientCase> crossing() {
        return Stream.of(
                OPENAI.to("claude-opus-4-6"),
                OPENAI.to("gemini-2.5-flash"),
                RESPONSES.to("claude-opus-4-6"),
                RESPONSES.to("gemini-2.5-flash"),
                AGENTS.to("claude-opus-4-6"),
                ANTHROPIC.to("gpt-4o-mini"),
                ANTHROPIC.to("gemini-2.5-flash"),
                GENAI.to("claude-opus-4-6"));
    }

    /// The client `openai`, or one around it.
    private static ClientCase official(String name) {
        return official(name, "gpt-4o-mini");
    }

    private static ClientCase official(String name, String model) {
        return client(name, model)
                .sees(Trouble.DENIED, "APIError 402 budget_exhausted poor")
                .sees(Trouble.FORBIDDEN, "PermissionDeniedError 403 model_unpriced -")
                .sees(Trouble.BUSY, "RateLimitError 429 budget_held one-at-a-time")
                .sees(Trouble.CUT, "APIError 0 provider_unreachable -")
                .sees(Trouble.STOPPED, "length")
                .waits(3);
    }

    private static ClientCase aiSdk(String name, String model) {
        return client(name, model)
                .sees(Trouble.DENIED, "APICallError 402 budget_exhausted poor")
                .sees(Trouble.FORBIDDEN, "APICallError 403 model_unpriced -")
                .sees(Trouble.BUSY, "RetryError 429 budget_held one-at-a-time")
                .sees(Trouble.CUT, "StreamProviderError 500 provider_unreachable -")
                .sees(Trouble.STOPPED, "length")
                .waits(3);
    }

    private static ClientCase client(String name, String model) {
        return new ClientCase(name, model, url -> new NodeLibrary(NODE.orElseThrow(), name, url));
    }
}
