package dev.bursar.authority;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Looks into SQLite's write-ahead log for damage that SQLite itself takes for the end of the log.
///
/// SQLite stops reading at the first frame whose checksum is wrong, which is right for a record that a
/// power cut tore: that is always the last one, because each is synced before the next begins. When more
/// than one commit of the same log follows the bad frame, it was not torn but damaged, and everything
/// after it would be lost in silence.
///
/// Damage within the very last commit cannot be told from a tear: whatever could say that its sync was
/// done would have to be synced itself. What is known is how many bytes of it there are.
///
/// The layout is that of "WAL-Format" in SQLite's file format documentation.
final class WalScan {

    private static final int HEADER_BYTES = 32;
    private static final int FRAME_HEADER_BYTES = 24;
    private static final int MAGIC = 0x377F0682;
    private static final int MAX_PAGE_BYTES = 65_536;

    private final ByteBuffer log;
    private int sum0;
    private int sum1;

    private WalScan(ByteBuffer log) {
        this.log = log;
    }

    /// What there is beyond the last whole commit.
    ///
    /// @param damagedAt the offset of the first frame that is damaged, or -1
    /// @param unfinishedBytes of a last commit that is not whole
    record Found(long damagedAt, long unfinishedBytes) {

        static final Found NOTHING = new Found(-1, 0);

        boolean isDamaged() {
            return damagedAt >= 0;
        }
    }

    static Found of(Path journal) throws IOException {
        try {
            Path file = journal.resolveSibling(journal.getFileName() + "-wal");
            byte[] bytes = Files.readAllBytes(file);
            return bytes.length < HEADER_BYTES
                    ? Found.NOTHING
                    : new WalScan(ByteBuffer.wrap(bytes)).scan();
        } catch (NoSuchFileException e) {
            return Found.NOTHING;
        }
    }

    private Found scan() {
        int magic = log.getInt(0);
        int pageBytes = log.getInt(8);
        if ((magic & ~1) != MAGIC || pageBytes < 512 || pageBytes > MAX_PAGE_BYTES) {
            return commitsFrom(HEADER_BYTES, SqliteJournal.PAGE_SIZE) > 0
                    ? new Found(0, 0)
                    : Found.NOTHING;
        }
        ByteOrder order = (magic & 1) == 1 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        add(order, 0, 24);
        int frameBytes = FRAME_HEADER_BYTES + pageBytes;
        int at = HEADER_BYTES;
        int whole = at;
        if (sum0 == log.getInt(24) && sum1 == log.getInt(28)) {
            while (at + frameBytes <= log.limit() && isGood(order, at, pageBytes)) {
                boolean isCommit = log.getInt(at + 4) != 0;
                at += frameBytes;
                whole = isCommit ? at : whole;
            }
        }
        return commitsFrom(at, pageBytes) > 1
                ? new Found(at, 0)
                : new Found(-1, endFrom(whole, frameBytes) - whole);
    }

    /// The end of the last frame of this log, whole or not, that begins at `start` or after it.
    private int endFrom(int start, int frameBytes) {
        int end = start;
        for (int at = start; at + FRAME_HEADER_BYTES <= log.limit(); at += frameBytes) {
            if (hasSalt(at)) {
                end = Math.min(at + frameBytes, log.limit());
            }
        }
        return end;
    }

    private boolean isGood(ByteOrder order, int at, int pageBytes) {
        if (!hasSalt(at)) {
            return false;
        }
        add(order, at, 8);
        add(order, at + FRAME_HEADER_BYTES, pageBytes);
        return sum0 == log.getInt(at + 16) && sum1 == log.getInt(at + 20);
    }

    /// Whether a frame was written into this log and not into the one whose file it reuses.
    private boolean hasSalt(int at) {
        return log.getLong(at + 8) == log.getLong(16);
    }

    private int commitsFrom(int start, int pageBytes) {
        int frameBytes = FRAME_HEADER_BYTES + pageBytes;
        int commits = 0;
        for (int at = start; at + frameBytes <= log.limit(); at += frameBytes) {
            boolean isCommit = log.getInt(at + 4) != 0;
            commits += isCommit && hasSalt(at) ? 1 : 0;
        }
        return commits;
    }

    private void add(ByteOrder order, int from, int bytes) {
        log.order(order);
        for (int at = from; at < from + bytes; at += 8) {
            sum0 += log.getInt(at) + sum1;
            sum1 += log.getInt(at + 4) + sum0;
        }
        log.order(ByteOrder.BIG_ENDIAN);
    }
}
