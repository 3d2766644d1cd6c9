package dev.bursar.authority;

import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.nio.file.Path;

/// A large file that is written beside a journal, synced bit by bit.
///
/// A disk that is given all of it at once makes the journal's own sync wait until all is written: a tenth
/// of a second for the checkpoint of a million holds, in which nobody is answered. Each write waits for
/// the disk from time to time instead. For one thread.
final class PacedFile extends FilterOutputStream {

    private static final int SYNC_EVERY_BYTES = 4 << 20;

    private final FileOutputStream file;
    private int unsynced;

    /// @param file is there already
    PacedFile(Path file) throws IOException {
        this(new FileOutputStream(file.toFile()));
    }

    private PacedFile(FileOutputStream file) {
        super(file);
        this.file = file;
    }

    @Override
    public void write(int value) throws IOException {
        file.write(value);
        written(1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        file.write(bytes, from, length);
        written(length);
    }

    private void written(int bytes) throws IOException {
        unsynced += bytes;
        if (unsynced >= SYNC_EVERY_BYTES) {
            sync();
        }
    }

    /// All that was written is on stable storage then; the file's name need not be.
    void sync() throws IOException {
        file.getFD().sync();
        unsynced = 0;
    }
}
