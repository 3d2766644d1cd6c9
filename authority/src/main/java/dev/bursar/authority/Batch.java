package dev.bursar.authority;

import dev.bursar.ledger.Entry;
import java.util.ArrayList;
import java.util.List;

/// What one record answers: everything decided since the record before, and the entries it made.
final class Batch {

    final List<Pending<?>> pending = new ArrayList<>();
    final List<Entry> entries = new ArrayList<>();

    boolean isEmpty() {
        return pending.isEmpty();
    }

    void clear() {
        pending.clear();
        entries.clear();
    }
}
