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

    private static final String ERROR_402 = "APIError 402 budget_exhausted poor";

    private static final String ERROR_403 = "PermissionDeniedError 403 model_unpriced -";

    @BeforeAll
    static void needNode(TestInfo info) {
        assumeTrue(
                NODE.isPresent(),
                "SKIPPED: no Node 22 or no clients in e2e/src/test/node: ./bursar test installs them");
    }

    @Override
    Stream<ClientCase> cases() {
        return Stream.of(
                client("openai-chat", "gpt-4o-mini", ERROR_402, ERROR_403, "APIError 0 - -"),
                client(
                        "anthropic",
                        "claude-opus-4-6",
                        "PaymentRequiredError 402 budget_exhausted poor",
                        ERROR_403,
                        "APIError 0 - -"),
                client(
                        "ai-sdk#chat",
                        "gpt-4o-mini",
                        "APICallError 402 budget_exhausted poor",
                        "APICallError 403 model_unpriced -",
                        "APIError 0 - -"),
                client(
                        "ai-sdk#anthropic",
                        "claude-opus-4-6",
                        "APICallError 402 budget_exhausted poor",
                        "APICallError 403 model_unpriced -",
                        "APIError 0 - -"),
                client("langchain#chat", "gpt-4o-mini", ERROR_402, ERROR_403, "APIError 0 - -"),
                client("agents#chat", "gpt-4o-mini", ERROR_402, ERROR_403, "APIError 0 - -"));
    }

    private static ClientCase client(
            String name, String model, String denied, String forbidden, String cut) {
        return new ClientCase(
                name,
                model,
                bursar -> new NodeLibrary(NODE.orElseThrow(), name, bursar),
                denied,
                forbidden,
                cut);
    }
}
