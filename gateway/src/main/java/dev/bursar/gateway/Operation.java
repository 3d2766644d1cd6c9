package dev.bursar.gateway;

import dev.bursar.gateway.translate.Form;
import org.jspecify.annotations.Nullable;

/// What a client asks for, in the form of its dialect. Decides how a request is read, where it is sent,
/// and how its answer is read.
enum Operation {
    /// `POST /v1/chat/completions`.
    CHAT(Dialect.OPENAI, "openai.chat"),
    /// `POST /v1/responses`.
    RESPONSES(Dialect.OPENAI, "openai.responses"),
    /// `POST /v1/responses/input_tokens`.
    COUNT_INPUT(Dialect.OPENAI, "openai.input_tokens"),
    /// `POST /v1/completions`, which came before chat.
    COMPLETIONS(Dialect.OPENAI, "openai.completions"),
    /// `POST /v1/embeddings`.
    EMBEDDINGS(Dialect.OPENAI, "openai.embeddings"),
    /// `POST /v1/messages`.
    MESSAGES(Dialect.ANTHROPIC, "anthropic.messages"),
    /// `POST /v1/messages/count_tokens`.
    COUNT_TOKENS(Dialect.ANTHROPIC, "anthropic.count_tokens"),
    /// `POST /v1beta/models/{model}:generateContent`.
    GENERATE(Dialect.GEMINI, "gemini.generate_content"),
    /// `POST /v1beta/models/{model}:streamGenerateContent`.
    STREAM_GENERATE(Dialect.GEMINI, "gemini.generate_content"),
    /// `POST /v1beta/models/{model}:countTokens`.
    COUNT_CONTENT(Dialect.GEMINI, "gemini.count_tokens"),
    /// `POST /v1beta/models/{model}:embedContent`.
    EMBED_CONTENT(Dialect.GEMINI, "gemini.embed_content"),
    /// `POST /v1beta/models/{model}:batchEmbedContents`.
    BATCH_EMBED_CONTENTS(Dialect.GEMINI, "gemini.embed_content"),
    /// `POST /model/{id}/converse`.
    CONVERSE(Dialect.BEDROCK, "bedrock.converse"),
    /// `POST /model/{id}/converse-stream`.
    CONVERSE_STREAM(Dialect.BEDROCK, "bedrock.converse");

    private final Dialect dialect;
    private final String label;

    Operation(Dialect dialect, String label) {
        this.dialect = dialect;
        this.label = label;
    }

    Dialect dialect() {
        return dialect;
    }

    /// The name in the attribution of entries.
    String label() {
        return label;
    }

    /// What the rules of routes call it, one of [CallFacts#OPERATIONS].
    String word() {
        return switch (this) {
            case CHAT -> "chat";
            case RESPONSES -> "responses";
            case COMPLETIONS -> "completions";
            case MESSAGES -> "messages";
            case GENERATE, STREAM_GENERATE -> "generate_content";
            case CONVERSE, CONVERSE_STREAM -> "converse";
            case EMBEDDINGS, EMBED_CONTENT, BATCH_EMBED_CONTENTS -> "embeddings";
            case COUNT_INPUT, COUNT_TOKENS, COUNT_CONTENT -> "count_tokens";
        };
    }

    /// Whether no provider charges for it.
    boolean free() {
        return this == COUNT_INPUT || this == COUNT_TOKENS || this == COUNT_CONTENT;
    }

    /// Whether the model produces tokens that can be bounded.
    boolean producesTokens() {
        return switch (this) {
            case CHAT,
                    RESPONSES,
                    COMPLETIONS,
                    MESSAGES,
                    GENERATE,
                    STREAM_GENERATE,
                    CONVERSE,
                    CONVERSE_STREAM ->
                    true;
            case COUNT_INPUT,
                    EMBEDDINGS,
                    COUNT_TOKENS,
                    COUNT_CONTENT,
                    EMBED_CONTENT,
                    BATCH_EMBED_CONTENTS ->
                    false;
        };
    }

    /// What asks a model for an answer in a dialect.
    static Operation ofModels(Dialect dialect, boolean stream) {
        return switch (dialect) {
            case OPENAI -> CHAT;
            case ANTHROPIC -> MESSAGES;
            case GEMINI -> stream ? STREAM_GENERATE : GENERATE;
            case BEDROCK -> stream ? CONVERSE_STREAM : CONVERSE;
        };
    }

    /// How the translation between dialects calls it, or null where there is none.
    @Nullable Form form() {
        return switch (this) {
            case CHAT -> Form.CHAT;
            case RESPONSES -> Form.RESPONSES;
            case MESSAGES -> Form.MESSAGES;
            case GENERATE, STREAM_GENERATE -> Form.GENERATE;
            case CONVERSE, CONVERSE_STREAM -> Form.CONVERSE;
            case COUNT_INPUT,
                    COMPLETIONS,
                    EMBEDDINGS,
                    COUNT_TOKENS,
                    COUNT_CONTENT,
                    EMBED_CONTENT,
                    BATCH_EMBED_CONTENTS ->
                    null;
        };
    }

    /// Where a provider serves it, below its base URL.
    ///
    /// @param model as the provider names it, which is part of Gemini's and Bedrock's paths
    String path(String model) {
        return switch (this) {
            case CHAT -> "/chat/completions";
            case RESPONSES -> "/responses";
            case COUNT_INPUT -> "/responses/input_tokens";
            case COMPLETIONS -> "/completions";
            case EMBEDDINGS -> "/embeddings";
            case MESSAGES -> "/v1/messages";
            case COUNT_TOKENS -> "/v1/messages/count_tokens";
            case GENERATE -> GeminiPath.of(model, "generateContent");
            case STREAM_GENERATE -> GeminiPath.of(model, "streamGenerateContent");
            case COUNT_CONTENT -> GeminiPath.of(model, "countTokens");
            case EMBED_CONTENT -> GeminiPath.of(model, "embedContent");
            case BATCH_EMBED_CONTENTS -> GeminiPath.of(model, "batchEmbedContents");
            case CONVERSE, CONVERSE_STREAM -> ConversePath.of(this, model);
        };
    }
}
