package dev.bursar.gateway.routing;

/// A model that a call may go to, by the name that clients have for it.
///
/// @param rule that led to it
/// @param reason why this one, for the record
public record Target(String model, String rule, String reason) {}
