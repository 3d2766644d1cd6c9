package dev.bursar.gateway;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;

/// How many providers' answers are waited for at a time, which bounds the memory for them. A provider has
/// a share, so that one that is silent does not keep the others from being asked. Thread-safe, and fair.
final class Questions {

    static final int MOST = 128;

    /// Of one provider.
    static final int SHARE = 32;

    /// With a share of their own; all further ones have one together. More than a configuration has.
    static final int MOST_PROVIDERS = 256;

    private static final String FURTHER = "";

    private final Semaphore all = new Semaphore(MOST, true);
    private final Map<String, Semaphore> shares = new HashMap<>();

    /// Waits for its turn, to be closed once.
    Turn next(String provider) throws InterruptedException {
        Semaphore share = share(provider);
        share.acquire();
        try {
            all.acquire();
        } catch (InterruptedException e) {
            share.release();
            throw e;
        }
        return () -> {
            all.release();
            share.release();
        };
    }

    private synchronized Semaphore share(String provider) {
        boolean own = shares.size() < MOST_PROVIDERS || shares.containsKey(provider);
        return shares.computeIfAbsent(own ? provider : FURTHER, _ -> new Semaphore(SHARE, true));
    }

    /// The right to ask one question.
    interface Turn extends AutoCloseable {

        @Override
        void close();
    }
}
