package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.authority.Checkpoints.Restored;
import dev.bursar.ledger.Ledger;
import dev.bursar.ledger.LedgerLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;

/// The ledger's state at the [Base] of a journal, in a file beside it that is made like a checkpoint.
///
/// Unlike a checkpoint it does more than save time: once the archived files are elsewhere, it is what
/// the journal starts from.
final class OpeningState {

    private static final String PREFIX = "base-";

    /// One that is there, or is being made.
    private static final Pattern NAME = Pattern.compile(PREFIX + ".*\\.(bin|tmp)");

    private OpeningState() {}

    static Path file(Path directory, long position) {
        return directory.resolve(PREFIX + position + ".bin");
    }

    /// Writes the state, whole and synced.
    static void write(Path directory, Restored state) throws IOException {
        Path unfinished = directory.resolve(PREFIX + state.position() + ".tmp");
        Files.deleteIfExists(unfinished);
        CheckpointWriter.write(unfinished, state.position(), state.chain(), state.ledger().state());
        Files.move(
                unfinished,
                file(directory, state.position()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        DataDirectory.sync(directory);
    }

    /// @throws AuthorityException when there is no such file, it is damaged, or is not of this journal
    static Restored read(Path directory, Base base, LedgerLimits limits) {
        Path file = file(directory, base.position());
        try (CheckpointReader reader = CheckpointReader.open(file)) {
            Ledger ledger = Ledger.restore(limits, reader.states());
            requireBase(file, reader, base);
            return new Restored(ledger, base.position(), base.chain());
        }
    }

    /// Reads the file through as [#read], without making a ledger of it.
    ///
    /// @throws AuthorityException as [#read]
    static void check(Path directory, Base base) {
        Path file = file(directory, base.position());
        try (CheckpointReader reader = CheckpointReader.open(file)) {
            reader.readThrough();
            requireBase(file, reader, base);
        }
    }

    private static void requireBase(Path file, CheckpointReader reader, Base base) {
        if (reader.position() != base.position() || !reader.chain().equals(base.chain())) {
            throw new AuthorityException(
                    Kind.INTERNAL, file + " is not the state that this journal begins with");
        }
    }

    /// Deletes what is unfinished or of another position.
    static void deleteOthers(Path directory, long position) throws IOException {
        for (Path file : DataDirectory.list(directory)) {
            if (NAME.matcher(file.getFileName().toString()).matches()
                    && !file.equals(file(directory, position))) {
                Files.delete(file);
            }
        }
    }
}
