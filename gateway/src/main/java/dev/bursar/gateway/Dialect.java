package dev.bursar.gateway;

import java.util.Locale;

/// The wire format a client speaks and a provider answers in. The gateway never translates between
/// dialects.
public enum Dialect {
    /// Chat Completions: `POST /v1/chat/completions`.
    OPENAI("openai.chat"),
    /// Messages: `POST /v1/messages`.
    ANTHROPIC("anthropic.messages");

    private final String label;

    Dialect(String label) {
        this.label = label;
    }

    /// The name in the attribution of entries.
    public String label() {
        return label;
    }

    /// The name in the configuration, which is also that of the dialect's default provider.
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
