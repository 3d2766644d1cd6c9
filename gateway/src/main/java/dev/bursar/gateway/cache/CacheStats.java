package dev.bursar.gateway.cache;

/// What a cache did since the start, and what is in it.
///
/// @param entries now
/// @param bytes now, with what each entry takes by itself
/// @param exact hits by equal questions; of results of tools, all hits
/// @param semantic hits by questions that mean the same
/// @param shared hits by waiting for an equal question
/// @param misses calls that went to a provider, whose answers may be kept; of results of tools, questions that
///     found none
/// @param kept answers that were put in
/// @param wrong hits that somebody reported
/// @param microcentsAvoided what the hits would have cost (1 USD = 10^8)
/// @param tokensAvoided what the hits would have taken
public record CacheStats(
        int entries,
        long bytes,
        long exact,
        long semantic,
        long shared,
        long misses,
        long kept,
        long wrong,
        long microcentsAvoided,
        long tokensAvoided) {}
