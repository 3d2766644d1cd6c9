package dev.bursar.usage;

/// Tokens of one class and what they cost. The classes are disjoint: no token is in two lines.
///
/// @param tokenClass as on the wire: `input`, `cache_read`, `output`, …
/// @param microcents 10^-8 USD
public record TokenLine(String tokenClass, long tokens, long microcents) {}
