package dev.bursar.server.conformance;

/// What became of one case.
///
/// @param requirement in one line
/// @param detail why it did not pass, `""` when it did
public record Result(String id, boolean must, String requirement, Outcome outcome, String detail) {

    /// How a case ended.
    public enum Outcome {
        PASS,
        FAIL,
        SKIP
    }
}
