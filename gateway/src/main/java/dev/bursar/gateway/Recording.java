package dev.bursar.gateway;

import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/// A copy of an answer whose call may keep it, up to a bound: beyond that there is none. Filled on the
/// event loop; read once the exchange has ended.
final class Recording {

    private final int most;
    private ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
    private boolean overflowed;

    Recording(int most) {
        this.most = most;
    }

    void add(byte[] piece) {
        if (!overflowed && bytes.size() + piece.length > most) {
            overflowed = true;
            bytes = new ByteArrayOutputStream(0);
        }
        if (!overflowed) {
            bytes.writeBytes(piece);
        }
    }

    /// All of it, or null when it was too much.
    byte @Nullable [] whole() {
        return overflowed ? null : bytes.toByteArray();
    }
}
