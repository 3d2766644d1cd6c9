package dev.bursar.gateway;

import java.util.concurrent.atomic.AtomicLong;

/// Counts the bytes of all requests' bodies that are in memory, from their arrival to the end of their
/// calls, and keeps them within a bound. From any thread.
final class BodyBytes {

    /// Bodies may take this share of the heap. Each is in memory up to three times: while it grows, as
    /// it is read, and as it is sent on.
    private static final int HEAP_SHARE = 6;

    private final long most;
    private final AtomicLong taken = new AtomicLong();

    BodyBytes(long most) {
        this.most = most;
    }

    static long bound() {
        return Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    }

    /// What no single body can pass.
    long most() {
        return most;
    }

    /// @return whether there was room for them; if not, none is taken
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= most) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    void give(long bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }
}
