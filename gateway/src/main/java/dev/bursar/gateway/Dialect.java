package dev.bursar.gateway;

import java.util.Locale;

/// The family of wire formats that a client speaks and a provider answers in: how keys are sent, how
/// errors look. What is asked for within it is an `Operation`.
public enum Dialect {
    /// OpenAI's API, and that of the many servers that follow it.
    OPENAI,
    /// Anthropic's API.
    ANTHROPIC,
    /// Google's Gemini API.
    GEMINI,
    /// The Converse API of Amazon Bedrock.
    BEDROCK;

    /// The name in the configuration, which is also that of the dialect's default provider.
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
