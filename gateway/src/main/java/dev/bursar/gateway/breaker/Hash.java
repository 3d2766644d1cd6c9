package dev.bursar.gateway.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// 64-bit hashes of bytes and of what is made of them. Not for security.
final class Hash {

    static final long SEED = 0x9E3779B97F4A7C15L;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long FACTOR = 0xD6E8FEB86659FD93L;
    private static final int TURN = 27;

    /// A byte of each kind, eight times.
    private static final long ONES = 0x0101010101010101L;

    private static final long TOPS = 0x8080808080808080L;
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';

    private Hash() {}

    static long of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return of(bytes, 0, bytes.length);
    }

    static long of(byte[] bytes, int from, int to) {
        long hash = SEED ^ (to - from);
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            hash = Long.rotateLeft(hash ^ ((long) LONGS.get(bytes, at) * FACTOR), TURN) * SEED;
        }
        long rest = 0;
        for (; at < to; at++) {
            rest = (rest << Byte.SIZE) | (bytes[at] & 0xFF);
        }
        return mix(hash ^ rest);
    }

    /// Where the next quote or backslash is, eight bytes at a time.
    ///
    /// @throws IndexOutOfBoundsException when there is none
    static int stop(byte[] bytes, int from) {
        int at = from;
        int last = bytes.length - Long.BYTES;
        while (at <= last) {
            long word = (long) LONGS.get(bytes, at);
            if (hasZero(word ^ QUOTES) || hasZero(word ^ BACKSLASHES)) {
                break;
            }
            at += Long.BYTES;
        }
        while (bytes[at] != '"' && bytes[at] != '\\') {
            at++;
        }
        return at;
    }

    /// Whether one of the eight bytes is 0.
    private static boolean hasZero(long word) {
        return ((word - ONES) & ~word & TOPS) != 0;
    }

    /// Of two things in this order.
    static long of(long first, long second) {
        return mix(mix(first ^ SEED) + second);
    }

    static long mix(long value) {
        long mixed = (value ^ (value >>> 32)) * FACTOR;
        return (mixed ^ (mixed >>> 29)) * FACTOR;
    }
}
