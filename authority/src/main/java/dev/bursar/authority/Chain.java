package dev.bursar.authority;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// The hash that ties a record to all records before it.
///
/// That of a record is the SHA-256 of the one before, the position of its first entry (8 bytes), its count
/// (4) and its payload. Who changes, removes or moves a record has to make all later ones anew, and then
/// the last is not what a checkpoint, a backup or a note on paper says.
final class Chain {

    static final int BYTES = 32;

    /// Before the first record.
    static final Chain START = new Chain(new byte[BYTES]);

    private final byte[] hash;

    private Chain(byte[] hash) {
        this.hash = hash;
    }

    /// @param hash not copied: nobody changes it
    static Chain of(byte[] hash) {
        if (hash.length != BYTES) {
            throw new IllegalArgumentException("a chain hash of " + hash.length + " bytes");
        }
        return new Chain(hash);
    }

    /// The hash of the record that follows.
    Chain next(long first, int count, byte[] payload) {
        MessageDigest digest = sha256();
        digest.update(hash);
        digest.update(ByteBuffer.allocate(12).putLong(first).putInt(count).flip());
        return new Chain(digest.digest(payload));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Not to be changed.
    byte[] bytes() {
        return hash;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Chain chain && Arrays.equals(hash, chain.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(hash);
    }
}
