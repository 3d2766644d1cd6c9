package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bursar.e2e.Task.Does;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Answers of the cache, read by client libraries from npm: as a whole and as a stream, whichever way the answer
/// came that was paid for.
class CachedClientsTest extends WithClients {

    private static final Optional<Node> NODE = Node.find();

    private static final String CACHE =
            """
                cache:
                  answers:
                    - exact: { ttl: 10m, temperature: unset }
            """;

    @BeforeAll
    static void needNode(TestInfo info) {
        assumeTrue(
                NODE.isPresent(),
                "SKIPPED: no Node 22 or no clients in e2e/src/test/node: ./bursar test installs them");
    }

    @Override
    Setup setup() {
        return super.setup().with(CACHE);
    }

    @Override
    Stream<ClientCase> clients() {
        return Stream.of(
                client("openai-chat", "gpt-4o-mini"),
                client("langchain#chat", "gpt-4o-mini"),
                client("ai-sdk#chat", "gpt-4o-mini"),
                client("anthropic", "claude-opus-4-6"),
                client("ai-sdk#anthropic", "claude-opus-4-6"),
                client("genai", "gemini-2.5-flash"),
                client("ai-sdk#google", "gemini-2.5-flash"));
    }

    /// A stream of chats that does not ask for its usage is another question where it is translated.
    @Override
    Stream<ClientCase> crossing() {
        return Stream.of(
                client("ai-sdk#chat", "gpt-4o-mini").to("claude-opus-4-6"),
                client("anthropic", "claude-opus-4-6").to("gpt-4o-mini"),
                client("genai", "gemini-2.5-flash").to("claude-opus-4-6"));
    }

    private static ClientCase client(String name, String model) {
        return new ClientCase(name, model, url -> new NodeLibrary(NODE.orElseThrow(), name, url));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answerOfOnce_isToldAsAStreamToo(ClientCase client) {
        Seen first = paid(client, "first", Does.ANSWER, "whole");
        Seen stream = cached(client, "first-stream", Does.STREAM, "whole");
        Seen answer = cached(client, "first-answer", Does.ANSWER, "whole");

        assertThat(stream.text()).isEqualTo(first.text());
        assertThat(answer).isEqualTo(first);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void streamOfOnce_isToldAsAStreamAndAsAWhole(ClientCase client) {
        Seen first = paid(client, "second", Does.STREAM, "stream");
        Seen stream = cached(client, "second-stream", Does.STREAM, "stream");
        Seen answer = cached(client, "second-answer", Does.ANSWER, "stream");

        assertThat(stream).isEqualTo(first);
        assertThat(answer.text()).isEqualTo(first.text());
    }

    private Seen paid(ClientCase client, String name, Does does, String what) {
        long before = provider.requests();
        Seen seen = told(client, name, does, what, "allow");
        assertThat(provider.requests()).isGreaterThan(before);
        return seen;
    }

    private Seen cached(ClientCase client, String name, Does does, String what) {
        return told(client, name, does, what, "cached");
    }

    /// @param decision about the call, as its run shows it
    private Seen told(ClientCase client, String name, Does does, String what, String decision) {
        String prompt = "Hello from " + client.name() + ", " + what + " <<simulate output=20>>";
        Seen seen = perform(client, name, does, prompt);
        assertThat(seen.error()).isNull();
        assertThat(seen.text()).isNotBlank();
        assertThat(calls(client, name, 1))
                .singleElement()
                .satisfies(
                        call -> assertThat(call.path("decision").asString()).isEqualTo(decision));
        return seen;
    }
}
