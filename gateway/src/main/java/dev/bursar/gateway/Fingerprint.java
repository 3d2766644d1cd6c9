package dev.bursar.gateway;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A 64-bit hash of a request's body, to recognise repeats. White space outside of strings does not
/// occur in what SDKs send, so the bytes are the canonical form. Not for security.
final class Fingerprint {

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long FACTOR = 0xD6E8FEB86659FD93L;

    private Fingerprint() {}

    static long of(byte[] body) {
        long hash = SEED ^ body.length;
        int at = 0;
        for (; at + Long.BYTES <= body.length; at += Long.BYTES) {
            hash = mix(hash ^ (long) LONGS.get(body, at));
        }
        long rest = 0;
        for (; at < body.length; at++) {
            rest = (rest << Byte.SIZE) | (body[at] & 0xFF);
        }
        return mix(hash ^ rest);
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 32)) * FACTOR;
        return (mixed ^ (mixed >>> 29)) * FACTOR;
    }
}
