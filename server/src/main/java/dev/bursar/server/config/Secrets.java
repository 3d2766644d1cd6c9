package dev.bursar.server.config;

/// What a secret may look like: something that fits a header.
final class Secrets {

    static final String RULE = "a secret has 1 to 512 visible ASCII characters and no spaces";

    private static final int MAX_LENGTH = 512;

    private Secrets() {}

    static boolean isSound(String secret) {
        return !secret.isEmpty()
                && secret.length() <= MAX_LENGTH
                && secret.chars().allMatch(c -> c > ' ' && c < 127);
    }
}
