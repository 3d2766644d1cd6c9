package dev.bursar.gateway.eventstream;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32;

/// Finds the frames in the bytes of a stream, which may be split anywhere.
///
/// A frame is its length and that of its headers, both four bytes, and their checksum; the headers; the
/// payload; and the checksum of all before. Checksums are CRC-32. From the description of the encoding
/// that AWS gives for its streams; it also bounds the lengths.
///
/// A frame that is damaged, or whose lengths cannot be, is the end of what can be read: nothing says where
/// the next one begins. Not thread-safe.
public final class FrameReader {

    /// The longest frame that can be.
    public static final int MAX_FRAME_BYTES = 24 * 1024 * 1024;

    /// The longest headers that can be.
    public static final int MAX_HEADER_BYTES = 128 * 1024;

    /// Lengths and their checksum.
    static final int PRELUDE_BYTES = 12;

    static final int CHECKSUM_BYTES = 4;

    private static final int CHECKED_PRELUDE_BYTES = 8;

    private final int maxKeptBytes;
    private final Consumer<Frame> sink;
    private final CRC32 checksum = new CRC32();

    /// What comes before the headers, and later the checksum at the end.
    private final ByteBuffer fixed = ByteBuffer.allocate(PRELUDE_BYTES);

    /// As large as the frames have been.
    private byte[] kept = {};

    private int at;
    private int length;
    private int headersLength;
    private boolean broken;
    private long unreadBytes;

    /// @param maxKeptBytes larger frames are passed over
    /// @param sink gets each frame when its last byte has come and its checksums are right
    public FrameReader(int maxKeptBytes, Consumer<Frame> sink) {
        this.maxKeptBytes = maxKeptBytes;
        this.sink = sink;
    }

    /// Takes the next bytes of the stream. Once it is broken, they are only counted.
    public void feed(byte[] bytes) {
        int from = 0;
        while (from < bytes.length && !broken) {
            from = at < PRELUDE_BYTES ? prelude(bytes, from) : rest(bytes, from);
        }
        unreadBytes += bytes.length - from;
    }

    /// Whether the last frame is whole, and what follows is the next one.
    public boolean isBetweenFrames() {
        return at == 0 && !broken;
    }

    /// Whether a frame was damaged, so that nothing more can be read.
    public boolean isBroken() {
        return broken;
    }

    /// Bytes that came after the damage was seen.
    public long unreadBytes() {
        return unreadBytes;
    }

    private int prelude(byte[] bytes, int from) {
        int count = Math.min(PRELUDE_BYTES - at, bytes.length - from);
        fixed.put(at, bytes, from, count);
        at += count;
        if (at == PRELUDE_BYTES) {
            begin();
        }
        return from + count;
    }

    private void begin() {
        length = fixed.getInt(0);
        headersLength = fixed.getInt(Integer.BYTES);
        checksum.reset();
        checksum.update(fixed.array(), 0, CHECKED_PRELUDE_BYTES);
        broken =
                fixed.getInt(CHECKED_PRELUDE_BYTES) != (int) checksum.getValue()
                        || length > MAX_FRAME_BYTES
                        || headersLength < 0
                        || headersLength > MAX_HEADER_BYTES
                        || length < PRELUDE_BYTES + headersLength + CHECKSUM_BYTES;
        checksum.update(fixed.array(), CHECKED_PRELUDE_BYTES, Integer.BYTES);
        if (!broken && isKept() && length > kept.length) {
            kept = new byte[Math.max(length, Math.min(maxKeptBytes, 2 * kept.length))];
        }
    }

    private boolean isKept() {
        return length <= maxKeptBytes;
    }

    private int rest(byte[] bytes, int from) {
        int end = length - CHECKSUM_BYTES;
        if (at < end) {
            int count = Math.min(end - at, bytes.length - from);
            checksum.update(bytes, from, count);
            if (isKept()) {
                System.arraycopy(bytes, from, kept, at - PRELUDE_BYTES, count);
            }
            at += count;
            return from + count;
        }
        int count = Math.min(length - at, bytes.length - from);
        fixed.put(at - end, bytes, from, count);
        at += count;
        if (at == length) {
            end();
        }
        return from + count;
    }

    private void end() {
        at = 0;
        broken = fixed.getInt(0) != (int) checksum.getValue();
        if (broken || !isKept()) {
            return;
        }
        FrameHeaders headers = FrameHeaders.read(ByteBuffer.wrap(kept, 0, headersLength));
        if (headers == null) {
            broken = true;
            return;
        }
        int payloadEnd = length - PRELUDE_BYTES - CHECKSUM_BYTES;
        sink.accept(headers.frame(Arrays.copyOfRange(kept, headersLength, payloadEnd)));
    }
}
