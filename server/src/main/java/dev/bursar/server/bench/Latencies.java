package dev.bursar.server.bench;

/// How long the answers took that came within a measured time.
final class Latencies {

    private final int[] sortedMicros;
    private final double seconds;

    /// @param sortedMicros of each answer, not copied
    Latencies(int[] sortedMicros, double seconds) {
        this.sortedMicros = sortedMicros;
        this.seconds = seconds;
    }

    int answers() {
        return sortedMicros.length;
    }

    double perSecond() {
        return sortedMicros.length / seconds;
    }

    /// What this portion of all answers took at most.
    ///
    /// @param portion 0 to 1, such as 0.99
    int micros(double portion) {
        int at = (int) (sortedMicros.length * portion);
        return sortedMicros[Math.min(at, sortedMicros.length - 1)];
    }
}
