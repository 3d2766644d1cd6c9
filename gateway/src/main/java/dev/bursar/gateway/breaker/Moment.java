package dev.bursar.gateway.breaker;

/// When a call ended, among those of its run.
///
/// @param seen how many had ended when it began
/// @param number counted in the order in which they end, from 1
record Moment(long seen, long number, long beganMillis, long endedMillis) {}
