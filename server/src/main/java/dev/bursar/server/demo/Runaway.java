package dev.bursar.server.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The agent that is stuck: a tool of its keeps failing, and it tries the same call again and again,
/// [#CALLS_PER_MINUTE] times a minute, a full context of an expensive model each time. It does not stop
/// when it is denied; whoever runs it ends the process after [#PATIENCE] denials.
final class Runaway implements Runnable {

    static final int CALLS_PER_MINUTE = 50;

    static final String MODEL = "claude-opus-4-1";

    /// With [#OUTPUT_TOKENS] at 15 and 75 USD per million tokens, a call costs 0.15 USD.
    private static final int PROMPT_TOKENS = 9_600;

    private static final int OUTPUT_TOKENS = 80;

    private static final int MAX_OUTPUT_TOKENS = 96;

    private static final int PATIENCE = 25;

    private static final Logger LOG = LoggerFactory.getLogger(Runaway.class);

    private final String run;
    private final String key;
    private final ModelClient client;

    Runaway(String run, String key, ModelClient client) {
        this.run = run;
        this.key = key;
        this.client = client;
    }

    @Override
    public void run() {
        Map<String, String> about =
                Map.of(
                        "Run", run,
                        "User", "user-7",
                        "Workflow", "coding",
                        "Agent", "fixer",
                        "Release", "2026.11.9");
        String body = request();
        try {
            long next = System.nanoTime();
            for (int denials = 0; denials < PATIENCE; ) {
                if (client.call(true, key, about, body).denied()) {
                    denials++;
                }
                next += Duration.ofMinutes(1).toNanos() / CALLS_PER_MINUTE;
                Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("run={} stopped: {}", run, e.toString());
        }
    }

    /// A request of exactly [#PROMPT_TOKENS] tokens, as the provider counts.
    static String request() {
        byte[] withoutContext = request(0).getBytes(StandardCharsets.UTF_8);
        int tokens = SimulatedCall.read(withoutContext, RequestShape.MESSAGES, "").promptTokens();
        return request((PROMPT_TOKENS - tokens) * 4);
    }

    private static String request(int context) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", MODEL);
        body.put("max_tokens", MAX_OUTPUT_TOKENS);
        body.put("system", "You repair the build. Run the tests until they pass.");
        ObjectNode tool = body.putArray("tools").addObject();
        tool.put("name", "run_tests").put("description", "Runs all tests.");
        tool.putObject("input_schema").put("type", "object").putObject("properties");
        body.putArray("messages")
                .addObject()
                .put("role", "user")
                .put(
                        "content",
                        "<<simulate output=%d tool=run_tests>> Tests failed again. "
                                        .formatted(OUTPUT_TOKENS)
                                + Conversation.prose(context));
        return JsonMapper.builder().build().writeValueAsString(body);
    }
}
