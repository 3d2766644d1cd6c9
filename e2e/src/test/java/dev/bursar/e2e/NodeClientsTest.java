package dev.bursar.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;

/// Client libraries from npm, for JavaScript. They are skipped where `./bursar test` could not install
/// them.
class NodeClientsTest extends ClientContract {

    private static final Optional<Node> NODE = Node.find();

    private static final String OPENAI_402 = "APIError 402 budget_exhausted poor";

    private static final String OFFICIAL_403 = "PermissionDeniedError 403 model_unpriced -";

    private static final String OFFICIAL_CUT = "APIError 0 provider_unreachable -";

    private static final String ANTHROPIC_402 = "PaymentRequiredError 402 budget_exhausted poor";

    private static final String GENAI_402 = "ApiError 402 402 poor";

    private static final String GENAI_403 = "ApiError 403 403 -";

    private static final String GENAI_CUT = "ApiError 502 502 -";

    private static final String AI_402 = "APICallError 402 budget_exhausted poor";

    private static final String AI_403 = "APICallError 403 model_unpriced -";

    private static final String AI_CUT = "StreamProviderError 500 provider_unreachable -";

    @BeforeAll
    static void needNode(TestInfo info) {
        assumeTrue(
                NODE.isPresent(),
                "SKIPPED: no Node 22 or no clients in e2e/src/test/node: ./bursar test installs them");
    }

    @Override
    Stream<ClientCase> cases() {
        return Stream.of(
                openAi("openai-chat"),
                openAi("langchain#chat"),
                openAi("agents#chat"),
                client("anthropic", "claude-opus-4-6", ANTHROPIC_402, OFFICIAL_403, OFFICIAL_CUT),
                client("ai-sdk#chat", "gpt-4o-mini", AI_402, AI_403, AI_CUT),
                client("ai-sdk#anthropic", "claude-opus-4-6", AI_402, AI_403, AI_CUT),
                openAi("openai-responses"),
                openAi("langchain#responses"),
                openAi("agents#responses"),
                client("ai-sdk#responses", "gpt-4o-mini", AI_402, AI_403, AI_CUT),
                client("genai", "gemini-2.5-flash", GENAI_402, GENAI_403, GENAI_CUT),
                client(
                        "ai-sdk#google",
                        "gemini-2.5-flash",
                        "APICallError 402 402 poor",
                        "APICallError 403 403 -",
                        "StreamProviderError 502 502 -"),
                // Models of other dialects than the client's.
                openAi("openai-chat").to("claude-opus-4-6"),
                openAi("openai-chat").to("gemini-2.5-flash"),
                openAi("openai-responses").to("claude-opus-4-6"),
                openAi("openai-responses").to("gemini-2.5-flash"),
                openAi("agents#responses").to("claude-opus-4-6"),
                client("ai-sdk#anthropic", "", AI_402, AI_403, AI_CUT).to("gpt-4o-mini"),
                client("ai-sdk#anthropic", "", AI_402, AI_403, AI_CUT).to("gemini-2.5-flash"),
                client("genai", "", GENAI_402, GENAI_403, GENAI_CUT).to("claude-opus-4-6"));
    }

    /// The client `openai`, or one around it.
    private static ClientCase openAi(String name) {
        return client(name, "gpt-4o-mini", OPENAI_402, OFFICIAL_403, OFFICIAL_CUT);
    }

    private static ClientCase client(
            String name, String model, String denied, String forbidden, String cut) {
        return new ClientCase(
                name,
                model,
                bursar -> new NodeLibrary(NODE.orElseThrow(), name, bursar.url()),
                denied,
                forbidden,
                cut);
    }
}
