package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/// Keeps a disk from being filled by work that can wait: a full one ends the authority.
final class Room {

    /// Left free for the journal, which grows meanwhile.
    static final long SPARE_BYTES = 64L << 20;

    private Room() {}

    /// @param bytes that will be written in the directory
    /// @param what needs them, the first words of a sentence
    /// @throws AuthorityException of kind `EXTERNAL` when the disk has less than that to spare
    static void require(Path directory, long bytes, String what) throws IOException {
        FileStore disk = Files.getFileStore(directory);
        long needed = bytes + SPARE_BYTES;
        long free = disk.getUsableSpace();
        boolean isKnown = disk.getTotalSpace() > 0; // some file systems do not tell
        if (isKnown && free < needed) {
            throw new AuthorityException(
                    Kind.EXTERNAL,
                    "%s needs %d MiB of room in %s, and %d are free"
                            .formatted(what, toMebibytes(needed), directory, toMebibytes(free)));
        }
    }

    private static long toMebibytes(long bytes) {
        return bytes >> 20;
    }
}
