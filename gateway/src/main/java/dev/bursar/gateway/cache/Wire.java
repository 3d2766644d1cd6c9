package dev.bursar.gateway.cache;

/// The wire formats whose answers are kept.
public enum Wire {
    /// Chat Completions of OpenAI's dialect.
    CHAT,
    /// Responses of OpenAI's dialect.
    RESPONSES,
    /// Completions of OpenAI's dialect, which came before chat.
    COMPLETIONS,
    /// Embeddings of OpenAI's dialect.
    EMBEDDINGS,
    /// Messages of Anthropic's dialect.
    MESSAGES,
    /// What models of Gemini's dialect generate.
    GENERATE,
    /// Embeddings of Gemini's dialect: of one content or of several.
    EMBED_CONTENT,
    /// Converse of Bedrock's dialect.
    CONVERSE;

    /// How its requests are understood.
    Reading reading() {
        return switch (this) {
            case CHAT, MESSAGES -> TypedReading.MESSAGES;
            case RESPONSES -> TypedReading.RESPONSES;
            case COMPLETIONS -> PlainReading.COMPLETIONS;
            case EMBEDDINGS -> PlainReading.EMBEDDINGS;
            case GENERATE -> GeminiReading.GENERATED;
            case EMBED_CONTENT -> GeminiReading.EMBEDDED;
            case CONVERSE -> ConverseReading.CONVERSED;
        };
    }

    /// Whether an answer in one form can be told in the others, so that the form is no part of the
    /// question.
    boolean inEveryForm() {
        return switch (this) {
            case CHAT, RESPONSES, MESSAGES, GENERATE, CONVERSE -> true;
            case COMPLETIONS, EMBEDDINGS, EMBED_CONTENT -> false;
        };
    }
}
