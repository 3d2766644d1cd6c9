package dev.bursar.server.cycles;

import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.Notice;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Unit;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import tools.jackson.core.JsonGenerator;

/// What a caller is asked to keep to, because a budget has reached a step of its ladder.
///
/// @param maxTokens the most tokens that the call should use
/// @param deniedTools sorted
record Caps(OptionalLong maxTokens, List<String> deniedTools) {

    Caps {
        deniedTools = List.copyOf(deniedTools);
    }

    static Caps of(Outcome.Granted granted) {
        TreeSet<String> denied = new TreeSet<>();
        boolean clamped = false;
        for (Notice notice : granted.notices()) {
            clamped |= notice.step().action() == Action.CLAMP;
            denied.addAll(notice.step().tools());
        }
        return new Caps(clamped ? tokens(granted) : OptionalLong.empty(), List.copyOf(denied));
    }

    /// What the tightest budget has for this call, when it counts tokens.
    private static OptionalLong tokens(Outcome.Granted granted) {
        Outcome.Remaining tightest = granted.tightest();
        return tightest == null || !tightest.unit().equals(Unit.TOKENS)
                ? OptionalLong.empty()
                : OptionalLong.of(tightest.left() + granted.held().get(Unit.TOKENS));
    }

    boolean isEmpty() {
        return maxTokens.isEmpty() && deniedTools.isEmpty();
    }

    void write(JsonGenerator out) {
        out.writeObjectPropertyStart("caps");
        maxTokens.ifPresent(tokens -> out.writeNumberProperty("max_tokens", tokens));
        if (!deniedTools.isEmpty()) {
            out.writeArrayPropertyStart("tool_denylist");
            deniedTools.forEach(out::writeString);
            out.writeEndArray();
        }
        out.writeEndObject();
    }
}
