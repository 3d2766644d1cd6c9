package dev.bursar.authority;

import java.util.ArrayList;
import java.util.List;

/// What one record answers: everything decided since the record before, and the entries it made.
final class Batch {

    final List<Pending<?>> pending = new ArrayList<>();
    final EntryBlock entries = new EntryBlock();

    boolean isEmpty() {
        return pending.isEmpty();
    }

    void clear() {
        pending.clear();
        entries.clear();
    }
}
