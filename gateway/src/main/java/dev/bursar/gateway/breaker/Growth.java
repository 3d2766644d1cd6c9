package dev.bursar.gateway.breaker;

/// How far a request has grown from call to call. Not thread-safe.
final class Growth {

    /// Smaller requests may grow as they like.
    static final int SMALL_BYTES = 256 * 1024;

    private int first;
    private int last;

    /// How many times its first size a request has; 0 when it is small, or smaller than the one before.
    int with(int bytes) {
        return first > 0 && bytes >= last && bytes >= SMALL_BYTES ? bytes / first : 0;
    }

    /// A request was answered. A smaller one than before is the first of a new row.
    void add(int bytes) {
        if (first == 0 || bytes < last) {
            first = bytes;
        }
        last = bytes;
    }
}
