package dev.bursar.gateway.translate;

/// How requests and answers look.
public enum Form {
    /// OpenAI's Chat Completions, and all that speak like it.
    CHAT,
    /// OpenAI's Responses. Clients only.
    RESPONSES,
    /// Anthropic's Messages.
    MESSAGES,
    /// Gemini's generateContent.
    GENERATE,
    /// Bedrock's Converse. Providers only.
    CONVERSE
}
