package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.LedgerLimits;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// A data directory in one zip file: the journal as of one position, the newest checkpoint up to there,
/// the state that the journal begins with when older entries were archived, other databases, and a head that says which position and which [Chain] hash that is.
///
/// It is made beside a live authority, which goes on: SQLite copies the journal as it was at one moment.
/// The other databases are copied just before, so they are never ahead of the journal.
public final class Backup {

    static final String HEAD = "backup.txt";

    /// What a backup may have in it. Nothing else is unpacked.
    private static final Pattern NAME =
            Pattern.compile("backup\\.txt|[a-z]+\\.db|(checkpoint|base)-\\d{1,19}\\.bin");

    private static final Pattern TEXT =
            Pattern.compile(
                    """
                    (?:from=(\\d{1,18})
                    )?position=(\\d{1,18})
                    chain=([0-9a-f]{64})
                    made_at=([0-9TZ.:-]{20,30})
                    """);

    private static final String FOLDER = "unfinished-backup-";

    private Backup() {}

    /// What is in a backup.
    ///
    /// @param from the first position: above 1 when older entries were archived, which are not in it
    /// @param position of the last entry
    /// @param chain the hash of its record, as `verify` tells it
    public record Contents(long from, long position, String chain, Instant madeAt) {

        private String text() {
            return "from="
                    + from
                    + "\nposition="
                    + position
                    + "\nchain="
                    + chain
                    + "\nmade_at="
                    + madeAt
                    + "\n";
        }

        private static Contents parse(String text) {
            Matcher matcher = TEXT.matcher(text);
            if (!matcher.matches()) {
                throw new AuthorityException(Kind.CALLER, "this is no head of a backup: " + text);
            }
            return new Contents(
                    matcher.group(1) == null ? 1 : Long.parseLong(matcher.group(1)),
                    Long.parseLong(matcher.group(2)),
                    matcher.group(3),
                    Instant.parse(matcher.group(4)));
        }
    }

    /// Like [#write], of a directory that no process has: it is locked meanwhile.
    public static Contents writeStopped(
            Path dataDirectory, List<String> databases, Path file, Instant now) {
        requireJournal(dataDirectory);
        try (DataDirectory locked = DataDirectory.lock(dataDirectory)) {
            return write(locked.path(), databases, file, now);
        }
    }

    /// Makes a backup of a data directory, beside the live authority that has it. What is copied is
    /// checked: every record and the chain, and the states. A damaged checkpoint is left out.
    ///
    /// @param databases names of other SQLite files in the directory; one that is not there is left out
    /// @param file where it goes: readable for its owner only, whole and synced or not there at all
    /// @throws AuthorityException `CALLER` when there is no journal, `INTERNAL` when it or the state
    ///     that it begins with is damaged, `EXTERNAL` when something cannot be read or written
    public static Contents write(
            Path dataDirectory, List<String> databases, Path file, Instant now) {
        Path journal = requireJournal(dataDirectory);
        Path directory = dataDirectory.toAbsolutePath().normalize();
        Path folder = null;
        try {
            JournalDamage damage = SqliteJournal.logDamage(journal);
            if (damage != null) {
                throw damage;
            }
            // The copy and what is packed of it are both there for a while.
            Room.require(directory, 2 * Files.size(journal), "a backup");
            folder = Files.createTempDirectory(directory, FOLDER); // for its owner only
            List<Path> parts = new ArrayList<>();
            for (String name : databases) {
                if (!Files.notExists(directory.resolve(name))) { // also when the disk cannot say
                    parts.add(copyDatabase(directory.resolve(name), folder));
                }
            }
            copyNewestCheckpoint(directory, folder).ifPresent(parts::add);
            Path copy = copyDatabase(journal, folder);
            parts.add(copy);
            Contents contents = check(copy, now);
            Base base = base(copy);
            if (base.position() > 0) {
                parts.add(copyOpeningState(directory, base, folder));
            }
            pack(contents, parts, file);
            return contents;
        } catch (IOException | SQLException e) {
            throw new AuthorityException(
                    Kind.EXTERNAL, "cannot back up to " + file + ": " + e.getMessage(), e);
        } finally {
            if (folder != null) {
                empty(folder, true);
            }
        }
    }

    private static Path requireJournal(Path dataDirectory) {
        Path directory = dataDirectory.toAbsolutePath().normalize();
        Path journal = directory.resolve(SqliteJournal.FILE_NAME);
        if (Files.notExists(journal)) {
            throw new AuthorityException(Kind.CALLER, "there is no journal in " + directory);
        }
        return journal;
    }

    /// As of the moment that this begins, in a transaction of SQLite's own.
    private static Path copyDatabase(Path database, Path folder) throws IOException, SQLException {
        Path copy = folder.resolve(database.getFileName());
        Private.createFile(copy);
        try (Connection connection = SqliteRecords.connect(database);
                PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
            vacuum.setString(1, copy.toString());
            vacuum.executeUpdate();
        }
        return copy;
    }

    /// The newest that is whole. One that is deleted while it is copied was not the newest any
    /// more.
    private static Optional<Path> copyNewestCheckpoint(Path directory, Path folder)
            throws IOException {
        for (Path checkpoint : new Checkpoints(directory, LedgerLimits.DEFAULT).files()) {
            try {
                Path copy = copyOf(checkpoint, folder);
                if (isWhole(copy, checkpoint)) {
                    return Optional.of(copy);
                }
                Files.delete(copy);
            } catch (NoSuchFileException e) {
                // The next one has come meanwhile, and is in the next place of the list.
            }
        }
        return Optional.empty();
    }

    /// A live authority never reads its checkpoints, so nobody else has noticed.
    private static boolean isWhole(Path copy, Path checkpoint) {
        try {
            Checkpoints.check(copy);
            return true;
        } catch (RuntimeException e) {
            Checkpoints.logSkipped(checkpoint, e);
            return false;
        }
    }

    /// Without it a journal whose archive is elsewhere cannot be restored.
    private static Path copyOpeningState(Path directory, Base base, Path folder)
            throws IOException {
        Path file = OpeningState.file(directory, base.position());
        try {
            Path copy = copyOf(file, folder);
            OpeningState.check(folder, base);
            return copy;
        } catch (NoSuchFileException | RuntimeException e) {
            if (e instanceof AuthorityException failed && failed.kind() == Kind.EXTERNAL) {
                throw failed; // it may be whole, but the disk does not read it now
            }
            throw new AuthorityException(
                    Kind.INTERNAL,
                    "cannot back up: "
                            + file
                            + ", the state that the journal begins with, is damaged or missing;"
                            + " the next `./bursar archive` that moves entries makes a new one, if"
                            + " all archived files are in "
                            + directory.resolve(Archive.FOLDER)
                            + "; else restore an older backup",
                    e);
        }
    }

    private static Path copyOf(Path file, Path folder) throws IOException {
        Path copy = folder.resolve(file.getFileName());
        try (InputStream in = Files.newInputStream(file)) {
            Private.createFile(copy);
            try (PacedFile out = PacedFile.of(copy)) {
                in.transferTo(out);
            }
        }
        return copy;
    }

    private static Base base(Path journal) {
        try (SqliteRecords records = SqliteRecords.open(journal)) {
            return records.base();
        }
    }

    private static Contents check(Path journal, Instant now) {
        try (SqliteRecords records = SqliteRecords.open(journal)) {
            long position = records.lastPosition();
            records.checkNewest(position, Long.MAX_VALUE);
            return new Contents(
                    records.base().position() + 1,
                    position,
                    records.chain(position).toString(),
                    now);
        }
    }

    private static void pack(Contents contents, List<Path> parts, Path file) throws IOException {
        Path target = file.toAbsolutePath();
        Path unfinished = target.resolveSibling(target.getFileName() + ".part");
        Files.deleteIfExists(unfinished);
        Private.createFile(unfinished);
        try {
            try (PacedFile sink = PacedFile.of(unfinished);
                    ZipOutputStream zip = new ZipOutputStream(sink, StandardCharsets.UTF_8)) {
                zip.setLevel(Deflater.BEST_SPEED);
                zip.putNextEntry(new ZipEntry(HEAD));
                zip.write(contents.text().getBytes(StandardCharsets.UTF_8));
                for (Path part : parts) {
                    zip.putNextEntry(new ZipEntry(part.getFileName().toString()));
                    Files.copy(part, zip);
                }
                zip.finish();
                sink.sync();
            }
            Files.move(
                    unfinished,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            DataDirectory.sync(Objects.requireNonNull(target.getParent()));
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /// Unpacks a backup into a directory that is empty or not there yet, and proves the journal before
    /// anybody starts upon it. When anything is wrong, the directory is left as it was.
    ///
    /// @param limits the ones that the authority runs with
    /// @throws AuthorityException `CALLER` when the directory has something in it or the file is not a
    ///     backup, `INTERNAL` when what is in it is damaged, `EXTERNAL` when it cannot be read or written
    public static Contents restore(Path file, Path dataDirectory, LedgerLimits limits) {
        Path directory = dataDirectory.toAbsolutePath().normalize();
        boolean isNew = Files.notExists(directory);
        boolean begun = false;
        Contents restored = null;
        try (ZipFile zip = new ZipFile(file.toFile())) {
            requireEmpty(directory);
            Contents contents = head(zip, file);
            begun = true;
            Private.createDirectory(directory);
            unpack(zip, directory);
            check(file, contents, JournalVerifier.verify(directory, limits));
            DataDirectory.sync(directory);
            restored = contents;
            return restored;
        } catch (IOException e) {
            throw unreadable(file, e);
        } finally {
            if (begun && restored == null) {
                empty(directory, isNew);
            }
        }
    }

    private static AuthorityException unreadable(Path file, IOException e) {
        return e instanceof ZipException
                ? new AuthorityException(
                        Kind.CALLER, file + " is not a backup, or damaged: " + e.getMessage(), e)
                : new AuthorityException(
                        Kind.EXTERNAL, "cannot restore " + file + ": " + e.getMessage(), e);
    }

    private static void empty(Path directory, boolean itself) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (itself || !file.equals(directory)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new AuthorityException(
                    Kind.EXTERNAL, "cannot delete " + directory + ": " + e.getMessage(), e);
        }
    }

    private static void check(Path file, Contents contents, JournalVerifier.Report report) {
        if (!report.sound()) {
            JournalVerifier.Problem problem = report.problems().getFirst();
            throw damaged(file, problem.position() + ": " + problem.message());
        }
        if (report.entries() != contents.position() || !report.chain().equals(contents.chain())) {
            throw damaged(
                    file,
                    contents.position()
                            + ": it ends at "
                            + report.entries()
                            + ", and its chain is "
                            + report.chain());
        }
    }

    private static AuthorityException damaged(Path file, String where) {
        return new AuthorityException(
                Kind.INTERNAL, "the journal in the backup " + file + " is damaged at " + where);
    }

    private static void requireEmpty(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        if (!DataDirectory.list(directory).isEmpty()) {
            throw new AuthorityException(
                    Kind.CALLER,
                    directory + " is not empty: a backup is restored into a new directory");
        }
    }

    private static Contents head(ZipFile zip, Path file) throws IOException {
        ZipEntry head = zip.getEntry(HEAD);
        boolean known =
                head != null
                        && zip.getEntry(SqliteJournal.FILE_NAME) != null
                        && zip.stream().allMatch(entry -> NAME.matcher(entry.getName()).matches());
        if (!known || head == null) {
            throw new AuthorityException(Kind.CALLER, file + " is not a backup of Bursar");
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        copy(zip, head, text);
        return Contents.parse(text.toString(StandardCharsets.UTF_8));
    }

    private static void unpack(ZipFile zip, Path directory) throws IOException {
        for (ZipEntry entry : zip.stream().toList()) {
            if (entry.getName().equals(HEAD)) {
                continue;
            }
            Path target = directory.resolve(entry.getName());
            Private.createFile(target);
            try (FileOutputStream out = new FileOutputStream(target.toFile())) {
                copy(zip, entry, out);
                out.getFD().sync();
            }
        }
    }

    /// A zip file that is read entry by entry does not look at its checksums by itself.
    private static void copy(ZipFile zip, ZipEntry entry, OutputStream out) throws IOException {
        CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
        try (in) {
            in.transferTo(out);
        }
        if (in.getChecksum().getValue() != entry.getCrc()) {
            throw new ZipException("checksum of " + entry.getName() + " differs");
        }
    }

    /// A new name for a backup that does not stay in the directory.
    static Path unfinished(Path directory) {
        return directory.resolve(FOLDER + UUID.randomUUID() + ".zip");
    }

    /// What is in a backup, by its head alone.
    ///
    /// @throws AuthorityException as [#restore]
    public static Contents contents(Path file) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return head(zip, file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /// Removes what a backup that was cut short has left in a data directory.
    static void deleteUnfinished(Path directory) {
        try {
            for (Path file : DataDirectory.list(directory)) {
                if (file.getFileName().toString().startsWith(FOLDER)) {
                    empty(file, true);
                }
            }
        } catch (IOException e) {
            throw new AuthorityException(
                    Kind.EXTERNAL, "cannot tidy " + directory + ": " + e.getMessage(), e);
        }
    }
}
