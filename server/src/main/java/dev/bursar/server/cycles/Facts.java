package dev.bursar.server.cycles;

import dev.bursar.ledger.Attribution;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is kept of a request with its entry in the journal, for those who read it later.
final class Facts {

    static final String DIALECT = "dialect";
    static final String CYCLES = "cycles";
    static final String ACTION_KIND = "action_kind";
    static final String ACTION_NAME = "action_name";
    static final String ACTION_TAGS = "action_tags";
    static final String METADATA = "metadata";
    static final String DIMENSIONS = "dimensions";
    static final String TRACE = "trace_id";
    static final String REQUEST = "request_id";
    static final String RESERVATION = "reservation";
    static final String EVENT = "call";
    static final String REASON = "reason";
    static final String TTL = "ttl_millis";

    private final SortedMap<String, String> labels = new TreeMap<>();
    private final SortedMap<String, Long> numbers = new TreeMap<>();

    Facts(Exchange exchange) {
        labels.put(DIALECT, CYCLES);
        labels.put(TRACE, exchange.traceId());
        labels.put(REQUEST, exchange.requestId());
    }

    Facts with(String label, @Nullable String value) {
        if (value != null) {
            labels.put(label, value);
        }
        return this;
    }

    Facts with(String number, long value) {
        numbers.put(number, value);
        return this;
    }

    Facts with(WireAction action) {
        with(ACTION_KIND, action.kind()).with(ACTION_NAME, action.name());
        if (!action.tags().isEmpty()) {
            with(
                    ACTION_TAGS,
                    "["
                            + String.join(
                                    ",", action.tags().stream().map(CanonicalJson::string).toList())
                            + "]");
        }
        return this;
    }

    /// Under the names that usage reads from model calls.
    Facts with(WireMetrics metrics) {
        if (metrics.tokensInput() >= 0) {
            numbers.put("tokens_input", metrics.tokensInput());
        }
        if (metrics.tokensOutput() >= 0) {
            numbers.put("tokens_output", metrics.tokensOutput());
        }
        if (metrics.latencyMillis() >= 0) {
            numbers.put("latency_millis", metrics.latencyMillis());
        }
        if (metrics.modelVersion() != null && !metrics.modelVersion().isEmpty()) {
            labels.put("model", metrics.modelVersion());
        }
        return with("metrics", metrics.custom());
    }

    Attribution attribution() {
        return new Attribution(labels, numbers);
    }
}
