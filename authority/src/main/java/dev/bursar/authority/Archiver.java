package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.authority.Checkpoints.Restored;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves the oldest records of a journal into files of its [Archive], while the journal goes on. Used
/// once.
///
/// A file is made in steps, and a crash between any two leaves every record in the journal, in the
/// archive or in both, and counted once: what is at or before the journal's [Base] is read from the
/// archive, what is after it from the journal. The base moves, in one transaction, when the file and the
/// state at its end are whole, checked and on stable storage; only then are rows deleted.
///
/// The records are replayed on the way: nothing is moved that does not follow from what is before it.
final class Archiver {

    private static final Logger LOG = LoggerFactory.getLogger(Archiver.class);

    /// Entries that are in memory at a time.
    private static final int PORTION = 4_096;

    private static final String UNFINISHED = "unfinished.tmp";

    /// What was just done.
    enum Step {
        COPIED,
        NAMED,
        STATE_KEPT,
        BASE_MOVED,
        SOME_DELETED,
        DELETED
    }

    /// Which records may go, and in files of which size.
    ///
    /// @param olderThan all entries of a record are from before this time
    /// @param before all entries of a record have lower positions
    /// @param behind whose position that is
    /// @param fileBytes payload after which a file is ended
    record Order(Instant olderThan, long before, String behind, long fileBytes) {

        /// 64 MiB of payload are about two million entries, which take some seconds.
        static final long DEFAULT_FILE_BYTES = 64L << 20;
    }

    private final Path directory;
    private final Journal journal;
    private final LedgerLimits limits;
    private final Order order;
    private final BooleanSupplier stop;
    private final Consumer<Step> done;
    private final Archive archive;
    private Ledger ledger;
    private long position;
    private Chain chain;

    /// @param stop asked between records: the file that is being made is given up then
    /// @param done told after each step, by the thread that works
    Archiver(
            Path directory,
            Journal journal,
            LedgerLimits limits,
            Order order,
            BooleanSupplier stop,
            Consumer<Step> done) {
        this.directory = directory;
        this.journal = journal;
        this.limits = limits;
        this.order = order;
        this.stop = stop;
        this.done = done;
        this.archive = new Archive(directory);
        this.ledger = new Ledger(limits);
        this.position = journal.base().position();
        this.chain = journal.base().chain();
    }

    /// Moves what may go, up to one file of it. The newest record always stays.
    ///
    /// @throws AuthorityException `INTERNAL` when the journal is damaged, `EXTERNAL` when the disk has no
    ///     room or cannot be used
    Archived archive() {
        long first = position + 1;
        try {
            Private.createDirectory(archive.folder());
            tidy();
            String kept = whyKept();
            if (kept != null) {
                return Archived.nothing(kept);
            }
            ledger = stateAtBase();
            if (!move()) {
                return Archived.nothing("the authority is being closed");
            }
            String then = whyKept();
            return new Archived(first, position, then == null, then == null ? "" : then);
        } catch (IOException | SQLException e) {
            throw new AuthorityException(
                    Kind.EXTERNAL,
                    "cannot archive in " + archive.folder() + ": " + e.getMessage(),
                    e);
        }
    }

    private Ledger stateAtBase() {
        Restored begin = Recovery.begin(directory, journal, limits);
        long at = begin.position();
        while (at < position) {
            for (JournalReader.Positioned positioned : journal.read(at, PORTION)) {
                begin.ledger().apply(positioned.entry());
                at = positioned.position();
            }
        }
        return begin.ledger();
    }

    /// Makes one file of the next records, and takes them out of the journal.
    ///
    /// @return false when it was stopped: then nothing has changed
    private boolean move() throws IOException, SQLException {
        requireRoom();
        long start = System.nanoTime();
        Base base = new Base(position, chain);
        Path unfinished = archive.folder().resolve(UNFINISHED);
        if (!copy(base, unfinished)) {
            Files.deleteIfExists(unfinished);
            return false;
        }
        checkCopy(unfinished);
        done.accept(Step.COPIED);
        Path file = archive.file(base.position() + 1, position);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        DataDirectory.sync(archive.folder());
        DataDirectory.sync(directory);
        done.accept(Step.NAMED);
        OpeningState.write(directory, new Restored(ledger, position, chain));
        done.accept(Step.STATE_KEPT);
        journal.begin(new Base(position, chain));
        done.accept(Step.BASE_MOVED);
        deleteRows();
        OpeningState.deleteOthers(directory, position);
        done.accept(Step.DELETED);
        LOG.info(
                "event=archived file={} first={} last={} bytes={} millis={}",
                file,
                base.position() + 1,
                position,
                Files.size(file),
                (System.nanoTime() - start) / 1_000_000);
        return true;
    }

    private boolean copy(Base base, Path unfinished) throws IOException, SQLException {
        long bytes = 0;
        try (ArchiveCopy copy = ArchiveCopy.begin(unfinished, base)) {
            while (true) {
                for (JournalRecord record : journal.records(position + 1, PORTION)) {
                    if (stop.getAsBoolean()) {
                        return false;
                    }
                    boolean full = bytes > 0 && bytes + record.size() > order.fileBytes();
                    List<Entry> entries = entries(record);
                    if (full || whyKept(record, entries) != null) {
                        copy.finish();
                        return true;
                    }
                    replay(record, entries);
                    copy.add(record);
                    bytes += record.size();
                }
            }
        }
    }

    private void replay(JournalRecord record, List<Entry> entries) {
        if (!record.follows(chain)) {
            throw JournalDamage.brokenChain(journalFile(), record.first());
        }
        entries.forEach(ledger::apply);
        position = record.end() - 1;
        chain = record.chain();
    }

    private List<Entry> entries(JournalRecord record) {
        return SqliteRecords.decoded(journalFile(), record);
    }

    private Path journalFile() {
        return directory.resolve(SqliteJournal.FILE_NAME);
    }

    /// Reads back what was written.
    private void checkCopy(Path copy) {
        try (SqliteRecords records = SqliteRecords.open(copy)) {
            records.checkNewest(position, Long.MAX_VALUE);
            if (records.lastPosition() != position || !records.chain(position).equals(chain)) {
                throw new AuthorityException(
                        Kind.EXTERNAL, copy + " is not what was written there: look at the disk");
            }
        }
    }

    private void deleteRows() {
        while (journal.deleteSome()) {
            done.accept(Step.SOME_DELETED);
        }
    }

    /// Why the next record stays, or null when it may go.
    private @Nullable String whyKept() {
        List<JournalRecord> next = journal.records(position + 1, 1);
        return next.isEmpty()
                ? "there is nothing else"
                : whyKept(next.getFirst(), entries(next.getFirst()));
    }

    private @Nullable String whyKept(JournalRecord record, List<Entry> entries) {
        if (!entries.getLast().at().isBefore(order.olderThan())) {
            return "entry " + record.first() + " is from " + entries.getLast().at();
        }
        if (record.end() > journal.lastPosition()) {
            return "the newest record always stays";
        }
        return record.end() > order.before()
                ? order.behind() + " stands at " + order.before()
                : null;
    }

    /// Removes what a run that was cut short has left, and ends what it had begun.
    private void tidy() throws IOException {
        Files.deleteIfExists(archive.folder().resolve(UNFINISHED));
        for (Archive.Part part : archive.parts()) {
            if (part.last() > position) {
                deleteKnown(part);
            }
        }
        deleteRows();
        OpeningState.deleteOthers(directory, position);
    }

    /// Deletes a file whose records are all in the journal still.
    private void deleteKnown(Archive.Part part) throws IOException {
        boolean known = false;
        if (part.first() > position && part.last() <= journal.lastPosition()) {
            try (SqliteRecords records = SqliteRecords.open(part.file())) {
                known = records.chain(part.last()).equals(journal.chain(part.last()));
            }
        }
        if (!known) {
            throw new AuthorityException(
                    Kind.EXTERNAL,
                    part.file()
                            + " is not of this journal, which begins after "
                            + position
                            + ": move it away");
        }
        Files.delete(part.file());
    }

    /// The copy of a file and the state are there beside everything else for a while.
    private void requireRoom() throws IOException {
        long records = Math.min(order.fileBytes(), Files.size(journalFile()));
        long state = 0;
        for (Path checkpoint : new Checkpoints(directory, limits).files()) {
            state = Math.max(state, Files.size(checkpoint));
        }
        Room.require(archive.folder(), 2 * (records + state), "archiving");
    }
}
