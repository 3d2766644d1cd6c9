package dev.bursar.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client is told when its call is not forwarded, or its tool must not run.
///
/// @param field the part of the request that is wrong, or null
/// @param retryAfterSeconds 0 when waiting does not help
/// @param budgets those in the way, the decisive one first; empty unless a budget is the reason
public record Denial(
        Refusal refusal,
        String message,
        @Nullable String field,
        int retryAfterSeconds,
        List<BlockingBudget> budgets) {

    public Denial {
        budgets = List.copyOf(budgets);
    }

    static Denial of(Refusal refusal, String message) {
        return new Denial(refusal, message, null, 0, List.of());
    }

    static Denial of(Refusal refusal, String message, String field) {
        return new Denial(refusal, message, field, 0, List.of());
    }

    static Denial later(Refusal refusal, String message, int retryAfterSeconds) {
        return new Denial(refusal, message, null, retryAfterSeconds, List.of());
    }
}
