package dev.bursar.gateway.routing;

/// How hard a question is.
///
/// @param reason who says so, for the record
public record Verdict(boolean hard, String reason) {

    /// When nobody could say: a hard question at a simple model is worse than the other way round.
    public static Verdict unknown(String why) {
        return new Verdict(true, "complexity unknown: " + why);
    }
}
