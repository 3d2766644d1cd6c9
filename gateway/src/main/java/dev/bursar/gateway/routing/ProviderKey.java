package dev.bursar.gateway.routing;

/// One of the keys that calls of a provider are made with.
///
/// @param name in logs and on records, never the secret: 1 to 64 characters
/// @param weight its share of the runs, beside the other keys of the provider
/// @param callsPerMinute 0 for no bound: a bucket of that size that refills evenly, as providers count
/// @param concurrent calls at a time, 0 for no bound
public record ProviderKey(
        String name, String secret, int weight, int callsPerMinute, int concurrent) {

    public static final int MAX_WEIGHT = 1_000_000;
    public static final int MAX_CALLS_PER_MINUTE = 10_000_000;
    public static final int MAX_CONCURRENT = 1_000_000;

    private static final int MAX_NAME_CHARS = 64;

    public ProviderKey {
        if (name.isBlank() || name.length() > MAX_NAME_CHARS) {
            throw new IllegalArgumentException(
                    "a key's name has 1 to " + MAX_NAME_CHARS + " characters");
        }
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("the key " + name + " is empty");
        }
        requireRange("weight", weight, 1, MAX_WEIGHT);
        requireRange("calls_per_minute", callsPerMinute, 0, MAX_CALLS_PER_MINUTE);
        requireRange("concurrent", concurrent, 0, MAX_CONCURRENT);
    }

    /// A key without bounds.
    public static ProviderKey of(String name, String secret) {
        return new ProviderKey(name, secret, 1, 0, 0);
    }

    /// Without the secret.
    @Override
    public String toString() {
        return "ProviderKey[" + name + "]";
    }

    private static void requireRange(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + most);
        }
    }
}
