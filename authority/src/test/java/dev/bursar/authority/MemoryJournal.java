package dev.bursar.authority;

import dev.bursar.ledger.Entry;
import java.util.ArrayList;
import java.util.List;

/// A journal in memory that goes through the same bytes as a real one. Outlives the authority that
/// closes it, as a file does.
final class MemoryJournal implements Journal {

    private final List<Positioned> entries = new ArrayList<>();

    @Override
    public synchronized long append(EntryBlock block) {
        byte[] payload = block.toByteArray();
        for (Entry entry : EntryCodec.read(payload, block.count())) {
            entries.add(new Positioned(entries.size() + 1, entry));
        }
        return payload.length;
    }

    @Override
    public synchronized long lastPosition() {
        return entries.size();
    }

    @Override
    public synchronized List<Positioned> read(long after, int atMost) {
        int from = (int) after;
        return List.copyOf(entries.subList(from, Math.min(entries.size(), from + atMost)));
    }

    @Override
    public void close() {}
}
