package dev.bursar.authority;

import dev.bursar.ledger.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A journal in memory that goes through the same bytes as a real one. Outlives the authority that
/// closes it, as a file does.
final class MemoryJournal implements Journal {

    private final List<Positioned> entries = new ArrayList<>();
    private final Map<Long, Chain> chains = new HashMap<>(Map.of(0L, Chain.START));

    @Override
    public synchronized long append(EntryBlock block) {
        byte[] payload = block.toByteArray();
        long first = 1L + entries.size();
        Chain before = chain(entries.size());
        for (Entry entry : EntryCodec.read(payload, block.count())) {
            entries.add(new Positioned(entries.size() + 1, entry));
        }
        chains.put((long) entries.size(), before.next(first, block.count(), payload));
        return payload.length;
    }

    @Override
    public synchronized Chain chain(long position) {
        return Objects.requireNonNull(chains.get(position), "no record ends at " + position);
    }

    @Override
    public synchronized long lastPosition() {
        return entries.size();
    }

    @Override
    public synchronized List<Positioned> read(long after, int atMost) {
        int from = (int) after;
        long to = Math.min(entries.size(), after + atMost);
        while (!chains.containsKey(to)) {
            to++;
        }
        return List.copyOf(entries.subList(from, (int) to));
    }

    @Override
    public Base base() {
        return Base.START;
    }

    @Override
    public List<JournalRecord> records(long position, int atMost) {
        throw new UnsupportedOperationException("it has no records to archive");
    }

    @Override
    public void begin(Base base) {
        throw new UnsupportedOperationException("it begins at the start");
    }

    @Override
    public boolean deleteSome() {
        return false;
    }

    @Override
    public void close() {}
}
