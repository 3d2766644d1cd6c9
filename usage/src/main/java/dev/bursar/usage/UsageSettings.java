package dev.bursar.usage;

import java.time.Duration;

/// The bounds of the read model.
///
/// @param idle how long nothing is heard of a run until it counts as finished, 1 s to 1 d
/// @param poll how long the follower lets news collect at least that nobody waits for, 1 ms to 1 h
/// @param batch entries in one transaction, 1 to 100,000
/// @param memoryMegabytes that DuckDB may use before it spills to disk, 64 to 65,536
/// @param threads that DuckDB may use, 1 to 64
/// @param queries that run at a time, 1 to 16
/// @param queryTimeout after which a query is given up
/// @param labelValues distinct values of one metric label, the rest is `other`; 1 to 10,000
public record UsageSettings(
        Duration idle,
        Duration poll,
        int batch,
        int memoryMegabytes,
        int threads,
        int queries,
        Duration queryTimeout,
        int labelValues) {

    public static final UsageSettings DEFAULT =
            new UsageSettings(
                    Duration.ofMinutes(5),
                    Duration.ofMillis(100),
                    5_000,
                    512,
                    2,
                    2,
                    Duration.ofSeconds(10),
                    200);

    public UsageSettings {
        requireRange("idle seconds", idle.toSeconds(), 1, 86_400);
        requireRange("poll millis", poll.toMillis(), 1, 3_600_000);
        requireRange("batch", batch, 1, 100_000);
        requireRange("memory megabytes", memoryMegabytes, 64, 65_536);
        requireRange("threads", threads, 1, 64);
        requireRange("queries", queries, 1, 16);
        requireRange("query timeout millis", queryTimeout.toMillis(), 1, 600_000);
        requireRange("label values", labelValues, 1, 10_000);
    }

    public UsageSettings withIdle(Duration idle) {
        return new UsageSettings(
                idle, poll, batch, memoryMegabytes, threads, queries, queryTimeout, labelValues);
    }

    private static void requireRange(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + " must be " + least + " to " + most + ": " + value);
        }
    }
}
