package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import dev.bursar.ledger.StateRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The checkpoints beside a journal: what the ledger was at a position, so that a start need not replay
/// everything.
///
/// They only save time. A checkpoint that is damaged is passed over, and without any the journal is
/// replayed from its first entry.
final class Checkpoints {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    /// A second one in case the newest is damaged.
    private static final int KEPT = 2;

    private static final Pattern UNFINISHED = Pattern.compile("checkpoint-.*\\.tmp");

    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,19})\\.bin");

    private final Path directory;
    private final LedgerLimits limits;

    Checkpoints(Path directory, LedgerLimits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    Path directory() {
        return directory;
    }

    /// A ledger as it was right after the entry at a position.
    ///
    /// @param chain the hash of the record that ends there
    record Restored(Ledger ledger, long position, Chain chain) {}

    /// The newest checkpoint that is whole.
    Optional<Restored> newest() {
        for (Path file : files()) {
            try {
                return Optional.of(restore(file));
            } catch (RuntimeException e) {
                logSkipped(file, e);
            }
        }
        return Optional.empty();
    }

    static void logSkipped(Path file, RuntimeException e) {
        LOG.warn("event=checkpoint_skipped file={} reason=\"{}\"", file, e.getMessage());
    }

    /// @throws AuthorityException when the file is damaged
    Restored restore(Path file) {
        try (CheckpointReader reader = CheckpointReader.open(file)) {
            requirePosition(file, reader);
            Ledger ledger = Ledger.restore(limits, reader.states());
            return new Restored(ledger, reader.position(), reader.chain());
        }
    }

    /// Reads a file through, without making a ledger of it.
    ///
    /// @throws AuthorityException when the file is damaged
    static void check(Path file) {
        try (CheckpointReader reader = CheckpointReader.open(file)) {
            requirePosition(file, reader);
            reader.readThrough();
        }
    }

    private static void requirePosition(Path file, CheckpointReader reader) {
        if (reader.position() != position(file)) {
            throw new AuthorityException(
                    Kind.INTERNAL, file + " is a checkpoint of " + reader.position());
        }
    }

    /// Writes the state at a position and deletes what is older than the one before.
    ///
    /// @throws AuthorityException of kind `EXTERNAL` when that fails; the checkpoints before stay
    void write(long position, Chain chain, Stream<StateRecord> states) {
        long start = System.nanoTime();
        Path file = directory.resolve("checkpoint-" + position + ".bin");
        Path unfinished = directory.resolve("checkpoint-" + position + ".tmp");
        try {
            long records = CheckpointWriter.write(unfinished, position, chain, states);
            long bytes = Files.size(unfinished);
            Files.move(
                    unfinished,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            DataDirectory.sync(directory);
            LOG.info(
                    "event=checkpoint position={} records={} bytes={} millis={}",
                    position,
                    records,
                    bytes,
                    (System.nanoTime() - start) / 1_000_000);
            deleteOld();
        } catch (IOException e) {
            // A full disk has better uses for its room.
            unfinished.toFile().delete();
            throw new AuthorityException(
                    Kind.EXTERNAL, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /// Deletes what a process that was killed has left unfinished.
    void deleteUnfinished() {
        try {
            for (Path file : DataDirectory.list(directory)) {
                if (UNFINISHED.matcher(file.getFileName().toString()).matches()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new AuthorityException(
                    Kind.EXTERNAL, "cannot tidy " + directory + ": " + e.getMessage(), e);
        }
    }

    private void deleteOld() throws IOException {
        for (Path file : files().stream().skip(KEPT).toList()) {
            Files.deleteIfExists(file);
        }
    }

    /// Newest first.
    List<Path> files() {
        try {
            return DataDirectory.list(directory).stream()
                    .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
                    .sorted(Comparator.comparingLong(Checkpoints::position).reversed())
                    .toList();
        } catch (IOException e) {
            throw new AuthorityException(
                    Kind.EXTERNAL, "cannot list " + directory + ": " + e.getMessage(), e);
        }
    }

    /// The position of the newest file, good or bad; 0 when there is none.
    long newestPosition() {
        return files().stream().mapToLong(Checkpoints::position).findFirst().orElse(0);
    }

    /// How large the newest file is; 0 when there is none.
    long newestBytes() {
        List<Path> files = files();
        try {
            return files.isEmpty() ? 0 : Files.size(files.getFirst());
        } catch (IOException e) {
            throw new AuthorityException(
                    Kind.EXTERNAL, "cannot look at " + directory + ": " + e.getMessage(), e);
        }
    }

    static long position(Path file) {
        Matcher matcher = NAME.matcher(file.getFileName().toString());
        try {
            return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
