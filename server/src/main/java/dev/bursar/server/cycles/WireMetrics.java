package dev.bursar.server.cycles;

import org.jspecify.annotations.Nullable;

/// What a call used, as its caller measured it.
///
/// @param tokensInput below zero where nothing was said, like all numbers here
/// @param custom JSON, null for none
record WireMetrics(
        long tokensInput,
        long tokensOutput,
        long latencyMillis,
        @Nullable String modelVersion,
        @Nullable String custom) {

    static final WireMetrics NONE = new WireMetrics(-1, -1, -1, null, null);

    private static final int MAX_MODEL = 128;

    static WireMetrics read(JsonFields in) {
        long input = -1;
        long output = -1;
        long latency = -1;
        String model = null;
        String custom = null;
        in.enter();
        for (String field = in.next(); field != null; field = in.next()) {
            switch (field) {
                case "tokens_input" -> input = in.integer(0, Long.MAX_VALUE);
                case "tokens_output" -> output = in.integer(0, Long.MAX_VALUE);
                case "latency_ms" -> latency = in.integer(0, Long.MAX_VALUE);
                case "model_version" -> model = in.text(0, MAX_MODEL);
                case "custom" -> custom = in.object(Requests.MAX_METADATA);
                default -> throw in.unknown();
            }
        }
        return new WireMetrics(input, output, latency, model, custom);
    }
}
