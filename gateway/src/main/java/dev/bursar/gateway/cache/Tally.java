package dev.bursar.gateway.cache;

/// Counts of one tenant. Guarded by the cache that holds it.
final class Tally {

    long exact;
    long semantic;
    long shared;
    long misses;
    long kept;
    long wrong;
    long microcents;
    long tokens;

    void hit(Visit.Kind kind, Answer.Paid paid) {
        switch (kind) {
            case EXACT -> exact++;
            case SEMANTIC -> semantic++;
            case SHARED -> shared++;
        }
        microcents += paid.microcents();
        tokens += paid.tokens();
    }

    CacheStats with(int entries, long bytes) {
        return new CacheStats(
                entries, bytes, exact, semantic, shared, misses, kept, wrong, microcents, tokens);
    }
}
