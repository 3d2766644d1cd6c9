package dev.bursar.gateway.cache;

import java.util.concurrent.atomic.AtomicLong;

/// Counts the bytes of all streams that are recorded for the cache while they run, and keeps them within a
/// share of what the cache may take. From any thread.
public final class RecordedBytes {

    /// Streams may take this part of `cache.bytes`, beside it.
    static final int SHARE = 4;

    private final AtomicLong taken = new AtomicLong();
    private volatile long most;

    RecordedBytes(CacheSettings settings) {
        bound(settings);
    }

    /// What was taken stays so.
    void bound(CacheSettings settings) {
        most = settings.bytes() / SHARE;
    }

    /// @return whether there was room for them; if not, none is taken
    public boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= most) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    public void give(long bytes) {
        taken.addAndGet(-bytes);
    }

    public long taken() {
        return taken.get();
    }
}
