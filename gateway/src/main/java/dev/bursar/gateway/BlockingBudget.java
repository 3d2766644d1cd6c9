package dev.bursar.gateway;

import dev.bursar.ledger.Block;
import java.util.List;

/// A budget in the way of a call, and what the client could do about it.
///
/// @param scope the values of its `per` dimensions, joined; `tenant` when it has none
public record BlockingBudget(Block block, Refusal refusal, String scope, List<String> suggestions) {

    public BlockingBudget {
        suggestions = List.copyOf(suggestions);
    }
}
