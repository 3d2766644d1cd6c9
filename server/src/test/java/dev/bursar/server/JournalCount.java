package dev.bursar.server;

import dev.bursar.authority.JournalReader;
import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Entry;
import dev.bursar.server.directory.Action;
import java.util.List;

/// Counts the entries of a journal, those that somebody asked for apart from those that the clock brings
/// about: a test that takes a minute sees reservations run out that it made itself. Not safe for threads.
public final class JournalCount {

    private static final int BATCH = 1_000;

    private final JournalReader journal;
    private long position;
    private long asked;
    private long byClock;

    public JournalCount(JournalReader journal) {
        this.journal = journal;
    }

    /// @param asked entries of commands, without those that say that one was denied or not let in: they change
    ///     nothing
    /// @param byClock reservations that have run out, and accounts that were dropped for their age
    public record Entries(long asked, long byClock) {}

    /// What is in the journal now.
    public Entries entries() {
        for (List<Positioned> batch = next(); !batch.isEmpty(); batch = next()) {
            for (Positioned one : batch) {
                if (one.entry() instanceof Entry.Expired
                        || one.entry() instanceof Entry.AccountsDropped) {
                    byClock++;
                } else if (!(one.entry() instanceof Entry.Refused)
                        && !isRefusedAccess(one.entry())) {
                    asked++;
                }
            }
            position = batch.getLast().position();
        }
        return new Entries(asked, byClock);
    }

    /// Once a minute, what somebody may not do is written down.
    private static boolean isRefusedAccess(Entry entry) {
        return entry instanceof Entry.Noted note
                && Action.ACCESS_REFUSE.written().equals(note.by().labels().get("action"));
    }

    private List<Positioned> next() {
        return journal.read(position, BATCH);
    }
}
