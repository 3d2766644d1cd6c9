package dev.bursar.usage;

import dev.bursar.authority.AuthorityException;
import dev.bursar.authority.JournalReader;
import dev.bursar.ledger.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A journal in memory: keeps records whole, as the real ones do, and can be broken.
final class MemoryJournal implements JournalReader {

    private final List<List<Positioned>> records = new ArrayList<>();
    private long last;
    private @Nullable String damage;
    private Runnable afterRead = () -> {};

    /// Appends the entries as one record.
    synchronized long append(List<? extends Entry> entries) {
        List<Positioned> record = new ArrayList<>();
        for (Entry entry : entries) {
            record.add(new Positioned(++last, entry));
        }
        records.add(record);
        return last;
    }

    synchronized long append(Entry... entries) {
        return append(List.of(entries));
    }

    /// Every read fails from now on, or with null no more.
    synchronized void damage(@Nullable String message) {
        damage = message;
    }

    /// Happens after each read from now on.
    synchronized void afterRead(Runnable happens) {
        afterRead = happens;
    }

    synchronized List<Positioned> all() {
        return records.stream().flatMap(List::stream).toList();
    }

    @Override
    public synchronized long lastPosition() {
        return last;
    }

    @Override
    public synchronized List<Positioned> read(long after, int atMost) {
        if (damage != null) {
            throw new AuthorityException(AuthorityException.Kind.INTERNAL, damage);
        }
        List<Positioned> found = new ArrayList<>();
        int low = 0;
        int high = records.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (records.get(middle).getLast().position() <= after) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (int i = low; i < records.size() && found.size() < atMost; i++) {
            for (Positioned entry : records.get(i)) {
                if (entry.position() > after) {
                    found.add(entry);
                }
            }
        }
        afterRead.run();
        return found;
    }
}
