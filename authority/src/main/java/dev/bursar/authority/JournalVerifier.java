package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.Sums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Proves a journal: re-plays it from the first entry, checks every checksum, the chain of hashes and that
/// positions have no gap, adds up every balance a second time in a way of its own, and compares that and
/// the checkpoints with the ledger.
///
/// Changes nothing, and may run beside a live authority.
public final class JournalVerifier {

    /// Entries that are in memory at a time.
    private static final int PORTION = 4_096;

    /// Entries between two checks of the whole state, which take time in proportion to its size.
    private static final long CHECK_STATE_EVERY = 65_536;

    private final Path file;
    private final SqliteRecords records;
    private final LedgerLimits limits;
    private Ledger ledger;
    private Recount recount = new Recount();
    private final List<Path> checkpoints;
    private final List<Problem> problems = new ArrayList<>();
    private long wholeRecords;
    private long position;
    private long begin;
    private @Nullable String note;
    private Chain chain = Chain.START;
    private int compared;

    /// What an earlier report has told, null once it was found again.
    private @Nullable Known known;

    private JournalVerifier(
            Path file,
            SqliteRecords records,
            LedgerLimits limits,
            List<Path> checkpoints,
            @Nullable Known known) {
        this.file = file;
        this.records = records;
        this.limits = limits;
        this.ledger = new Ledger(limits);
        this.checkpoints = new ArrayList<>(checkpoints);
        this.known = known;
    }

    /// What a journal is known to have, from an earlier report that was kept elsewhere.
    ///
    /// @param entries the last position then, above 0
    /// @param chain the hash then
    public record Known(long entries, String chain) {

        public Known {
            if (entries <= 0 || !chain.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException(
                        "must be the entries and the chain of an earlier report");
            }
        }
    }

    /// Verifies the journal in a data directory up to what was durable when it started.
    public static Report verify(Path dataDirectory, LedgerLimits limits) {
        return verify(dataDirectory, limits, null);
    }

    /// The same, and that the journal begins with all that is known of it: neither the end that is cut off
    /// nor entries that somebody has made anew with all their hashes pass unseen.
    ///
    /// @param limits the ones that the authority runs with
    /// @param known null for nothing
    /// @throws AuthorityException of kind `CALLER` when there is no journal, `EXTERNAL` when it cannot be
    ///     read at all; damage is in the report
    public static Report verify(Path dataDirectory, LedgerLimits limits, @Nullable Known known) {
        Path directory = dataDirectory.toAbsolutePath().normalize();
        Path file = directory.resolve(SqliteJournal.FILE_NAME);
        if (Files.notExists(file)) {
            throw new AuthorityException(Kind.CALLER, "there is no journal in " + directory);
        }
        List<Path> checkpoints =
                new Checkpoints(directory, limits)
                        .files().stream()
                                .sorted(Comparator.comparingLong(Checkpoints::position))
                                .toList();
        try (SqliteRecords records = SqliteRecords.open(file)) {
            JournalVerifier verifier =
                    new JournalVerifier(file, records, limits, checkpoints, known);
            verifier.run();
            return verifier.report();
        }
    }

    private void run() {
        try {
            JournalDamage log = SqliteJournal.logDamage(file);
            long last = records.lastPosition();
            Base base = records.base();
            if (base.position() > 0) {
                beginAt(base);
            }
            replayTo(last);
            ledger.checkInvariants();
            compareBalances();
            if (log != null) {
                damage(log.position(), log.what());
            } else {
                checkpoints.stream().findFirst().ifPresent(this::reportBeyond);
                requireKnown();
            }
        } catch (JournalDamage e) {
            damage(e.position(), e.what());
        } catch (AuthorityException e) {
            throw e;
        } catch (IOException e) {
            throw new AuthorityException(
                    Kind.EXTERNAL, "cannot read " + file + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            damage(position + 1, "the entries do not fit together: " + e.getMessage());
        }
    }

    /// What was archived comes first. Where its files are elsewhere or damaged, the state that the journal
    /// begins with has to stand for them.
    private void beginAt(Base base) throws IOException {
        Path directory = Objects.requireNonNull(file.getParent());
        Archive archive = new Archive(directory);
        List<Archive.Part> parts =
                archive.parts().stream().filter(part -> part.last() <= base.position()).toList();
        try {
            if (archive.firstReadable(base) == 1) {
                replay(parts);
                if (!chain.equals(base.chain())) {
                    throw JournalDamage.brokenChain(file, base.position() + 1);
                }
                compareIfThere(OpeningState.file(directory, base.position()));
                return;
            }
            note = archive.missing(1, base);
            for (Archive.Part part : parts) {
                try (SqliteRecords archived = SqliteRecords.open(part.file())) {
                    archived.checkNewest(part.last(), Long.MAX_VALUE);
                }
            }
        } catch (JournalDamage e) {
            if (e.file().equals(file)) {
                throw e;
            }
            archivedDamage(e);
            note = "what was archived is damaged";
        }
        beginWithStateOf(base);
    }

    private void beginWithStateOf(Base base) throws IOException {
        try {
            ledger =
                    OpeningState.read(Objects.requireNonNull(file.getParent()), base, limits)
                            .ledger();
        } catch (AuthorityException e) {
            if (!records.base().equals(base)) {
                beginAt(records.base()); // more was archived meanwhile
                return;
            }
            throw new JournalDamage(
                    file,
                    base.position() + 1,
                    "the state that it begins with cannot be read, and "
                            + note
                            + ": "
                            + e.getMessage(),
                    e);
        }
        recount = new Recount();
        ledger.state().forEach(recount::begin);
        begin = base.position();
        position = base.position();
        chain = base.chain();
        compareKnown();
        checkpoints.removeIf(checkpoint -> Checkpoints.position(checkpoint) < base.position());
        compareCheckpoint();
    }

    private void replay(List<Archive.Part> parts) {
        for (Archive.Part part : parts) {
            if (part.last() > position) {
                try (SqliteRecords archived = SqliteRecords.open(part.file())) {
                    replay(archived, part.last());
                }
            }
        }
    }

    /// What is missing in the journal may have been archived since this began.
    private void replayTo(long last) {
        while (position < last) {
            try {
                replay(records, last);
            } catch (JournalDamage e) {
                long before = position;
                long archived = records.base().position();
                replay(
                        new Archive(Objects.requireNonNull(file.getParent()))
                                .parts().stream().filter(part -> part.last() <= archived).toList());
                if (position == before) {
                    throw e;
                }
            }
        }
    }

    private void replay(SqliteRecords from, long last) {
        while (position < last) {
            for (JournalRecord record : from.from(position + 1, PORTION, last)) {
                replay(from.file(), record);
            }
        }
    }

    private void replay(Path file, JournalRecord record) {
        if (!record.follows(chain)) {
            throw JournalDamage.brokenChain(file, record.first());
        }
        for (var entry : SqliteRecords.decoded(file, record)) {
            if (entry.at().isBefore(ledger.lastAt())) {
                throw new JournalDamage(
                        file, position + 1, "time goes back to " + entry.at(), null);
            }
            ledger.apply(entry);
            position++;
            recount.apply(entry).forEach(this::compareBalance);
            if (position % CHECK_STATE_EVERY == 0) {
                ledger.checkInvariants();
                compareBalances();
            }
        }
        chain = record.chain();
        wholeRecords++;
        compareKnown();
        compareCheckpoint();
    }

    private void compareKnown() {
        if (known != null && known.entries() == position) {
            if (!known.chain().equals(chain.toString())) {
                otherThanKnown(
                        position,
                        "the entries up to here come to the chain "
                                + chain
                                + ", not to the known "
                                + known.chain());
            }
            known = null;
        }
    }

    private void requireKnown() {
        if (known == null) {
            return;
        }
        if (known.entries() > position) {
            otherThanKnown(
                    position + 1,
                    "the journal ends here, and is known to have had "
                            + known.entries()
                            + " entries");
        } else if (known.entries() > begin) {
            otherThanKnown(known.entries(), "no record ends here, as it is known that one did");
        } else {
            problems.add(
                    new Problem(
                            begin + 1,
                            "what is known of entry "
                                    + known.entries()
                                    + " cannot be compared, as "
                                    + note,
                            "put the archived files back, or compare with a later report"));
        }
    }

    private void otherThanKnown(long at, String message) {
        problems.add(
                new Problem(
                        at,
                        message,
                        "some entry up to there is gone or is another one than it was; keep a copy of "
                                + file.getParent()
                                + " and compare it with the backups"));
    }

    private void compareBalance(AccountKey account) {
        Sums counted = recount.sums(account);
        Sums told = ledger.sums(account);
        if (!Objects.equals(counted, told)) {
            throw new JournalDamage(
                    file,
                    position,
                    "the balance of "
                            + account
                            + " is "
                            + told
                            + ", its entries add up to "
                            + counted,
                    null);
        }
    }

    private void compareBalances() {
        int[] accounts = {0};
        recount.forEach((account, sums) -> {
            compareBalance(account);
            accounts[0]++;
        });
        if (accounts[0] != ledger.accounts()) {
            throw new JournalDamage(
                    file,
                    position,
                    "there are " + ledger.accounts() + " accounts, the entries make " + accounts[0],
                    null);
        }
    }

    private void compareCheckpoint() {
        while (!checkpoints.isEmpty() && Checkpoints.position(checkpoints.getFirst()) <= position) {
            Path checkpoint = checkpoints.removeFirst();
            compare(checkpoint);
        }
    }

    private void compareIfThere(Path state) {
        if (!Files.notExists(state)) {
            compare(state);
        }
    }

    private void compare(Path checkpoint) {
        try (CheckpointReader reader = CheckpointReader.open(checkpoint)) {
            compare(checkpoint, reader);
            compared++;
        } catch (AuthorityException e) {
            if (!Files.notExists(checkpoint)) { // a newer one may have taken its place meanwhile
                useless(checkpoint, String.valueOf(e.getMessage()));
            }
        }
    }

    private void compare(Path checkpoint, CheckpointReader reader) {
        if (reader.position() != position || !reader.chain().equals(chain)) {
            useless(
                    checkpoint,
                    "it was not made from this journal: its chain is " + reader.chain());
            return;
        }
        Iterator<StateRecord> written = reader.states().iterator();
        Iterator<StateRecord> replayed = ledger.state().iterator();
        while (written.hasNext() && replayed.hasNext()) {
            StateRecord found = written.next();
            StateRecord expected = like(found, replayed.next());
            if (!expected.equals(found)) {
                useless(checkpoint, "it has " + found + ", the journal " + expected);
                return;
            }
        }
        if (written.hasNext() || replayed.hasNext()) {
            useless(checkpoint, "it does not have as much as the journal");
        }
    }

    /// A hold as it was written: with its accounts by their keys in an older checkpoint.
    private StateRecord like(StateRecord found, StateRecord expected) {
        return found instanceof StateRecord.HoldState
                        && expected instanceof StateRecord.OpenHold open
                ? Objects.requireNonNull(ledger.hold(open.state().granted().hold()))
                : expected;
    }

    private void reportBeyond(Path checkpoint) {
        damage(position + 1, "the journal ends before, but there is " + checkpoint);
    }

    private void damage(long at, String message) {
        problems.add(
                new Problem(
                        at,
                        message,
                        "entries before it are whole; stop the server, keep a copy of "
                                + file.getParent()
                                + " and restore it from a backup"));
    }

    private void archivedDamage(JournalDamage e) {
        problems.add(
                new Problem(
                        e.position(),
                        e.file() + ": " + e.what(),
                        "put a good copy of the file back, or take it away: no budget needs it"));
    }

    private void useless(Path checkpoint, String message) {
        problems.add(
                new Problem(
                        position,
                        "the checkpoint " + checkpoint + " is damaged: " + message,
                        "delete it: the journal is whole up to there, and a checkpoint only saves"
                                + " time at start"));
    }

    private Report report() {
        return new Report(
                file,
                wholeRecords,
                begin + 1,
                position,
                note,
                chain.toString(),
                ledger.holds(),
                ledger.accounts(),
                compared,
                problems);
    }

    /// What was found.
    ///
    /// @param file the journal
    /// @param records whole records read
    /// @param from the first position that was replayed: above 1 when older entries were archived and are
    ///     not here; what they came to was taken from the state that the journal begins with
    /// @param entries the last good position
    /// @param note what was not looked at, null when everything was
    /// @param chain the hash of the last of them: 64 hexadecimal digits that stand for all entries
    /// @param holds open at the end
    /// @param accounts at the end
    /// @param checkpoints how many were compared
    /// @param problems in the order they were found; empty when all is well
    public record Report(
            Path file,
            long records,
            long from,
            long entries,
            @Nullable String note,
            String chain,
            int holds,
            int accounts,
            int checkpoints,
            List<Problem> problems) {

        public Report {
            problems = List.copyOf(problems);
        }

        public boolean sound() {
            return problems.isEmpty();
        }
    }

    /// @param position the first entry that is affected
    /// @param message what is wrong there
    /// @param remedy what to do
    public record Problem(long position, String message, String remedy) {}
}
