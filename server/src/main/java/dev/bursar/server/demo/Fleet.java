package dev.bursar.server.demo;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The simulated agents at work: everybody in [Role#FLEET], and every now and then one that runs away.
final class Fleet implements AutoCloseable {

    /// When the first agent runs away.
    static final Duration FIRST_RUNAWAY = Duration.ofSeconds(2);

    /// From one that runs away to the next.
    private static final Duration NEXT_RUNAWAY = Duration.ofSeconds(90);

    private final Map<String, String> keys;
    private final ModelClient client;
    private final long seed;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> runaways = new CopyOnWriteArrayList<>();

    /// @param keys secret of each gateway key by its name
    Fleet(URI gateway, Map<String, String> keys, long seed) {
        this.keys = Map.copyOf(keys);
        this.client = new ModelClient(gateway);
        this.seed = seed;
    }

    void start() {
        for (Role role : Role.FLEET) {
            for (int number = 1; number <= role.count(); number++) {
                threads.execute(new Agent(role, number, secret(role.key()), client, seed));
            }
        }
        threads.execute(this::loseControl);
    }

    /// The runs of the agents that ran away so far, in their order.
    List<String> runaways() {
        return List.copyOf(runaways);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
        client.close();
    }

    private void loseControl() {
        try {
            Thread.sleep(FIRST_RUNAWAY);
            for (int number = 1; ; number++) {
                String run = "fixer-loop-" + number;
                runaways.add(run);
                threads.execute(new Runaway(run, secret("coding"), client));
                Thread.sleep(NEXT_RUNAWAY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String secret(String key) {
        String secret = keys.get(key);
        if (secret == null) {
            throw new IllegalArgumentException("no key " + key);
        }
        return secret;
    }
}
