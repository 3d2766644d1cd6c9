package dev.bursar.server.directory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/// The SHA-256 of a secret: all that is ever stored of it. Secrets are long and random, so a slow
/// password hash would protect nothing more and would cost every call.
///
/// A map from hash to key is looked up in a time that depends on the hash only, and nobody can choose
/// secrets towards a wanted hash: the time says nothing about the secrets there are.
record SecretHash(long first, long second, long third, long fourth) {

    private static final int SECRET_BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    static SecretHash of(String secret) {
        return ofBytes(sha256().digest(secret.getBytes(StandardCharsets.UTF_8)));
    }

    static SecretHash ofBytes(byte[] hash) {
        ByteBuffer bytes = ByteBuffer.wrap(hash);
        return new SecretHash(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    byte[] bytes() {
        return ByteBuffer.allocate(4 * Long.BYTES)
                .putLong(first)
                .putLong(second)
                .putLong(third)
                .putLong(fourth)
                .array();
    }

    /// A new secret with 256 bits of chance.
    static String newSecret(String prefix) {
        byte[] bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
