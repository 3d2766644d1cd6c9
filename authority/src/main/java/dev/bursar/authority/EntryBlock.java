package dev.bursar.authority;

import dev.bursar.ledger.Entry;
import java.util.List;

/// Entries that are encoded as they come, until they become one journal record.
final class EntryBlock {

    private final WireWriter out = new WireWriter();
    private int count;

    static EntryBlock of(List<Entry> entries) {
        EntryBlock block = new EntryBlock();
        block.addAll(entries);
        return block;
    }

    void addAll(List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            EntryCodec.write(out, entries.get(i));
        }
        count += entries.size();
    }

    /// How many entries there are.
    int count() {
        return count;
    }

    /// The payload of a record, for [EntryCodec#read].
    byte[] toByteArray() {
        return out.toByteArray();
    }

    void clear() {
        out.start();
        count = 0;
    }
}
