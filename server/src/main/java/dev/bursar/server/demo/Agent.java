package dev.bursar.server.demo;

import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An agent that behaves: it does one run after another, a few calls each, and takes a denial as the
/// end of its run. Works until its thread is interrupted.
final class Agent implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    /// How many different people the fleet works for.
    private static final int USERS = 24;

    private final Role role;
    private final int number;
    private final String key;
    private final ModelClient client;
    private final SplittableRandom random;

    Agent(Role role, int number, String key, ModelClient client, long seed) {
        this.role = role;
        this.number = number;
        this.key = key;
        this.client = client;
        this.random = new SplittableRandom(seed + 31L * number + role.hashCode());
    }

    @Override
    public void run() {
        try {
            for (int run = 1; !Thread.currentThread().isInterrupted(); run++) {
                work(role.agent() + "-" + number + "-" + run);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("agent={} stopped: {}", role.agent(), e.toString());
        }
    }

    private void work(String run) throws IOException, InterruptedException {
        Map<String, String> about =
                Map.of(
                        "Run", run,
                        "User", "user-" + random.nextInt(1, USERS + 1),
                        "Workflow", role.workflow(),
                        "Agent", role.agent(),
                        "Release", role.release());
        Conversation conversation = new Conversation(role, "Task " + run + ".");
        int steps = random.nextInt(1, role.steps() + 1);
        for (int step = 0; step < steps; step++) {
            Thread.sleep(random.nextInt(role.pauseMillis() / 4, role.pauseMillis()));
            var answer = client.call(role.anthropic(), key, about, conversation.request());
            if (answer.status() != 200) {
                return;
            }
            conversation.heard(answer.body());
        }
    }
}
