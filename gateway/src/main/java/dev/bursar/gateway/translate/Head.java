package dev.bursar.gateway.translate;

/// What is said of an answer beside what is in it.
///
/// @param model as the client named it
/// @param seconds since the epoch, when the answer began
record Head(String model, long seconds) {}
