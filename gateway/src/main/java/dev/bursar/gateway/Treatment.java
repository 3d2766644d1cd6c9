package dev.bursar.gateway;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the ladders of budgets have made of a call, as its record and its headers tell it.
///
/// @param downgraded whether another model serves it than was asked for
/// @param clamp how its output was bounded, or null
/// @param disabled tools and features that were taken from it
record Treatment(boolean downgraded, @Nullable Clamp clamp, List<String> disabled) {

    static final Treatment NONE = new Treatment(false, null, List.of());

    /// @param asked tokens of one answer
    /// @param given fewer
    /// @param askedThinking of them, or null when the client named no budget for it
    /// @param givenThinking at most as many
    record Clamp(
            long asked, long given, @Nullable Long askedThinking, @Nullable Long givenThinking) {

        private boolean lowersThinking() {
            return askedThinking != null
                    && givenThinking != null
                    && givenThinking.longValue() < askedThinking.longValue();
        }

        private String text() {
            String output = "output_tokens=" + asked + "->" + given;
            return lowersThinking()
                    ? output + ", thinking_tokens=" + askedThinking + "->" + givenThinking
                    : output;
        }
    }

    Treatment {
        disabled = List.copyOf(disabled);
    }

    Treatment withDowngrade() {
        return new Treatment(true, clamp, disabled);
    }

    Treatment with(Clamp bound) {
        return new Treatment(downgraded, bound, disabled);
    }

    Treatment without(List<String> names) {
        return new Treatment(downgraded, clamp, names);
    }

    /// The decision that it amounts to, or null when the call is as it was asked for.
    @Nullable String decision() {
        if (downgraded) {
            return "downgraded";
        }
        return clamp != null || !disabled.isEmpty() ? "clamped" : null;
    }

    void describe(Map<String, String> headers) {
        if (clamp != null) {
            headers.put("X-Bursar-Clamped", clamp.text());
        }
        if (!disabled.isEmpty()) {
            headers.put("X-Bursar-Disabled", String.join(", ", disabled));
        }
    }

    void describe(CallRecord record) {
        record.without("decision").without("disabled").label("decision", decision());
        record.label("disabled", String.join(", ", disabled));
        if (clamp != null) {
            record.number("output_tokens_asked", clamp.asked())
                    .number("output_tokens_given", clamp.given());
            Long asked = clamp.askedThinking();
            Long given = clamp.givenThinking();
            if (asked != null && given != null) {
                record.number("thinking_tokens_asked", asked)
                        .number("thinking_tokens_given", given);
            }
        }
    }
}
