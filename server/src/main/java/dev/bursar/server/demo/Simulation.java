package dev.bursar.server.demo;

/// How a [SimulatedProvider] behaves.
///
/// @param seed decides every answer: the same request gets the same text and token counts
/// @param firstMillis time to the response head, 0 or more
/// @param chunkMillis time between two events of a stream, 0 or more
/// @param tokensPerChunk output tokens in one event of a stream, 1 or more
/// @param key the provider key a caller must bring, or empty when any will do
public record Simulation(
        long seed, int firstMillis, int chunkMillis, int tokensPerChunk, String key) {

    /// Answers at once, accepts any key.
    public static final Simulation IMMEDIATE = new Simulation(1, 0, 0, 4, "");

    public Simulation {
        if (firstMillis < 0 || chunkMillis < 0 || tokensPerChunk < 1) {
            throw new IllegalArgumentException("a simulation cannot run backwards");
        }
    }

    public Simulation withPace(int firstMillis, int chunkMillis) {
        return new Simulation(seed, firstMillis, chunkMillis, tokensPerChunk, key);
    }

    public Simulation withKey(String key) {
        return new Simulation(seed, firstMillis, chunkMillis, tokensPerChunk, key);
    }
}
