package dev.bursar.usage;

/// Arithmetic of figures that are only shown: it ends at the largest `long`, so that one absurd amount in
/// the journal does not take all other figures away. Nothing that is decided depends on it.
public final class Figures {

    private Figures() {}

    /// @param one 0 or more
    /// @param other 0 or more
    public static long plus(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }

    /// @param one 0 or more
    /// @param other 0 or more
    public static long times(long one, long other) {
        return other != 0 && one > Long.MAX_VALUE / other ? Long.MAX_VALUE : one * other;
    }
}
