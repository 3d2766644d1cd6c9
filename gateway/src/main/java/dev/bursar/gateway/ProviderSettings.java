package dev.bursar.gateway;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One provider: where it is, what it speaks, and how long it may take.
///
/// @param name as in the price book: `openai`, `anthropic`, `local`
/// @param baseUrl with `/v1` for OpenAI's dialect and without a version for the others, as their SDKs
///     have it
/// @param apiKey sent in place of the client's key, or null when the provider needs none
/// @param free whether every model of it costs nothing
/// @param connectTimeout to open a connection
/// @param answerTimeout from the request sent to the head of the answer
/// @param idleTimeout between two pieces of an answer that the client is ready to take
/// @param callTimeout for the whole call; a hold lasts as long as this and a margin
public record ProviderSettings(
        String name,
        Dialect dialect,
        URI baseUrl,
        @Nullable String apiKey,
        boolean free,
        Duration connectTimeout,
        Duration answerTimeout,
        Duration idleTimeout,
        Duration callTimeout) {

    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    public static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(10);
    public static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);
    public static final Duration CALL_TIMEOUT = Duration.ofMinutes(30);

    private static final String OPENAI_HOST = "api.openai.com";
    private static final Duration MAX_TIMEOUT = Duration.ofDays(1);

    public ProviderSettings {
        if (name.isEmpty() || name.length() > 128) {
            throw new IllegalArgumentException("a provider's name has 1 to 128 characters");
        }
        String scheme = baseUrl.getScheme();
        if (baseUrl.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new IllegalArgumentException(
                    "base_url of " + name + " must be an http or https URL: " + baseUrl);
        }
        if (baseUrl.getRawQuery() != null || baseUrl.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "base_url of " + name + " must have no query and no user");
        }
        requireTimeout("connect", connectTimeout);
        requireTimeout("answer", answerTimeout);
        requireTimeout("idle", idleTimeout);
        requireTimeout("call", callTimeout);
    }

    /// A provider with the default timeouts.
    public static ProviderSettings of(
            String name, Dialect dialect, URI baseUrl, @Nullable String apiKey) {
        return new ProviderSettings(
                name,
                dialect,
                baseUrl,
                apiKey,
                false,
                CONNECT_TIMEOUT,
                ANSWER_TIMEOUT,
                IDLE_TIMEOUT,
                CALL_TIMEOUT);
    }

    /// This provider at no cost.
    public ProviderSettings asFree() {
        return new ProviderSettings(
                name,
                dialect,
                baseUrl,
                apiKey,
                true,
                connectTimeout,
                answerTimeout,
                idleTimeout,
                callTimeout);
    }

    /// This provider with other timeouts.
    public ProviderSettings withTimeouts(
            Duration connect, Duration answer, Duration idle, Duration call) {
        return new ProviderSettings(
                name, dialect, baseUrl, apiKey, free, connect, answer, idle, call);
    }

    /// The field that bounds the output of a choice, or null where clients must name one or there is none.
    /// In chats, OpenAI's newer models refuse `max_tokens`; others know nothing else.
    @Nullable String outputBound(Operation operation) {
        return switch (operation) {
            case CHAT ->
                    name.equals("openai") || baseUrl.getHost().equalsIgnoreCase(OPENAI_HOST)
                            ? "max_completion_tokens"
                            : "max_tokens";
            case RESPONSES -> ResponsesParser.BOUND;
            case COMPLETIONS -> CompletionsParser.BOUND;
            case GENERATE, STREAM_GENERATE -> GenerateParser.BOUND;
            case MESSAGES,
                    COUNT_TOKENS,
                    EMBEDDINGS,
                    COUNT_CONTENT,
                    EMBED_CONTENT,
                    BATCH_EMBED_CONTENTS ->
                    null;
        };
    }

    /// Without the key.
    @Override
    public String toString() {
        return "ProviderSettings[" + name + ", " + dialect.wire() + ", " + baseUrl + "]";
    }

    private static void requireTimeout(String what, Duration timeout) {
        if (timeout.toMillis() < 1 || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    what + " timeout must be 1 ms to " + MAX_TIMEOUT + ": " + timeout);
        }
    }
}
