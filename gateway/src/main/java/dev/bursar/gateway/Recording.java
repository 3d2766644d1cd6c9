package dev.bursar.gateway;

import dev.bursar.gateway.cache.RecordedBytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A copy of an answer whose call may keep it, up to a bound, and while all copies together are within
/// theirs: beyond that there is none. Filled on the event loop; read and closed once the exchange has ended.
final class Recording implements AutoCloseable {

    /// What a piece takes beside its bytes.
    static final int PIECE_BYTES = 32;

    private final int most;
    private final RecordedBytes room;
    private List<byte[]> pieces = new ArrayList<>(0);
    private int length;
    private long taken;
    private boolean over;

    Recording(int most, RecordedBytes room) {
        this.most = most;
        this.room = room;
    }

    /// @param piece changed by nobody from here on
    void add(byte[] piece) {
        if (over) {
            return;
        }
        long takes = (long) piece.length + PIECE_BYTES;
        if (length + piece.length > most || !room.take(takes)) {
            close();
            return;
        }
        taken += takes;
        length += piece.length;
        pieces.add(piece);
    }

    /// All of it, or null when it was too much.
    byte @Nullable [] whole() {
        if (over) {
            return null;
        }
        byte[] whole = new byte[length];
        int at = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, whole, at, piece.length);
            at += piece.length;
        }
        return whole;
    }

    /// Lets go of it, and records no more.
    @Override
    public void close() {
        over = true;
        pieces = List.of();
        room.give(taken);
        taken = 0;
    }
}
