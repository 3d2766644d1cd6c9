package dev.bursar.ledger;

import java.util.List;

/// What to answer, and the entries that have to be durable and applied first.
public record Decision(Outcome outcome, List<Entry> entries) {

    public Decision {
        entries = List.copyOf(entries);
    }
}
