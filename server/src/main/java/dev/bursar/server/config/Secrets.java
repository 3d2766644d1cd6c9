package dev.bursar.server.config;

/// What a secret may look like: something that fits a header, and that nobody finds by trying.
final class Secrets {

    /// Of a secret that opens something here.
    static final String RULE = "a secret has 8 to 512 visible ASCII characters and no spaces";

    /// Of a secret that a provider gave.
    static final String RULE_ABROAD =
            "a provider's key has 1 to 512 visible ASCII characters and no spaces";

    /// Below this, a secret is found by trying all.
    private static final int MIN_LENGTH = 8;

    private static final int MAX_LENGTH = 512;

    private Secrets() {}

    static boolean isSound(String secret) {
        return secret.length() >= MIN_LENGTH && fitsHeader(secret);
    }

    /// How long it must be is the provider's affair: one on this machine may want any word.
    static boolean isSoundAbroad(String secret) {
        return !secret.isEmpty() && fitsHeader(secret);
    }

    private static boolean fitsHeader(String secret) {
        return secret.length() <= MAX_LENGTH && secret.chars().allMatch(c -> c > ' ' && c < 127);
    }
}
