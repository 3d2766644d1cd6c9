package dev.bursar.authority;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A large file that is written beside a journal, synced bit by bit.
///
/// A disk that is given all of it at once makes the journal's own sync wait until all is written: a tenth
/// of a second for the checkpoint of a million holds, in which nobody is answered. Each write waits for
/// the disk from time to time instead. For one thread.
final class PacedFile extends FilterOutputStream {

    static final int SYNC_EVERY_BYTES = 4 << 20;

    private final Sync sync;
    private int unsynced;

    /// Puts on stable storage what was written.
    interface Sync {
        void run() throws IOException;
    }

    /// @param out to a file
    /// @param sync of that file
    PacedFile(OutputStream out, Sync sync) {
        super(out);
        this.sync = sync;
    }

    /// @param file is emptied when it is there
    static PacedFile of(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
        return new PacedFile(Channels.newOutputStream(channel), () -> channel.force(true));
    }

    @Override
    public void write(int value) throws IOException {
        out.write(value);
        written(1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
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
        unsynced = 0; // also when it fails: what is closed then must not be synced as if it had not
        sync.run();
    }
}
