package dev.bursar.gateway;

import dev.bursar.gateway.routing.ProviderKey;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One provider: where it is, what it speaks, and how long it may take.
///
/// @param name as in the price book: `openai`, `anthropic`, `local`
/// @param baseUrl with `/v1` for OpenAI's dialect and without a version for the others, as their SDKs
///     have it
/// @param keys sent in place of the client's key, none when the provider needs none
/// @param free whether every model of it costs nothing
/// @param allowPrivate whether requests may go to any address, see [Reach]
/// @param connectTimeout to open a connection
/// @param answerTimeout from the request sent to the head of the answer
/// @param idleTimeout between two pieces of an answer that the client is ready to take
/// @param callTimeout for the whole call; a hold lasts as long as this and a margin
/// @param azure how Azure serves OpenAI's dialect there, or null for everybody else
public record ProviderSettings(
        String name,
        Dialect dialect,
        URI baseUrl,
        List<ProviderKey> keys,
        boolean free,
        boolean allowPrivate,
        Duration connectTimeout,
        Duration answerTimeout,
        Duration idleTimeout,
        Duration callTimeout,
        @Nullable AzureApi azure) {

    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    public static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(10);
    public static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);
    public static final Duration CALL_TIMEOUT = Duration.ofMinutes(30);

    private static final int MAX_PORT = 65_535;
    private static final String OPENAI_HOST = "api.openai.com";

    /// Behind these no stream is asked for its usage.
    private static final String MISTRAL_HOSTS = ".mistral.ai";

    private static final Duration MAX_TIMEOUT = Duration.ofDays(1);

    /// Keys of one provider.
    public static final int MAX_KEYS = 100;

    public ProviderSettings {
        if (name.isEmpty() || name.length() > 128) {
            throw new IllegalArgumentException("a provider's name has 1 to 128 characters");
        }
        String scheme = baseUrl.getScheme();
        if (baseUrl.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new IllegalArgumentException(
                    "base_url of " + name + " must be an http or https URL: " + baseUrl);
        }
        if (baseUrl.getRawQuery() != null
                || baseUrl.getRawUserInfo() != null
                || baseUrl.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "base_url of " + name + " must have no query, fragment or user");
        }
        if (baseUrl.getPort() == 0
                || baseUrl.getPort() > MAX_PORT
                || HostAndPort.parseAuthority(baseUrl.getHost(), -1) == null) {
            throw new IllegalArgumentException(
                    "base_url of " + name + " has a host or port that cannot be asked: " + baseUrl);
        }
        keys = List.copyOf(keys);
        if (keys.size() > MAX_KEYS
                || keys.stream().map(ProviderKey::name).distinct().count() < keys.size()) {
            throw new IllegalArgumentException(
                    name + " must have at most " + MAX_KEYS + " keys, each with its own name");
        }
        requireTimeout("connect", connectTimeout);
        requireTimeout("answer", answerTimeout);
        requireTimeout("idle", idleTimeout);
        requireTimeout("call", callTimeout);
        if (azure != null && dialect != Dialect.OPENAI) {
            throw new IllegalArgumentException(name + " must be of the dialect openai for Azure");
        }
    }

    /// A provider with one key or none, and the default timeouts.
    public static ProviderSettings of(
            String name, Dialect dialect, URI baseUrl, @Nullable String apiKey) {
        return new ProviderSettings(
                name,
                dialect,
                baseUrl,
                apiKey == null ? List.of() : List.of(ProviderKey.of("key", apiKey)),
                false,
                false,
                CONNECT_TIMEOUT,
                ANSWER_TIMEOUT,
                IDLE_TIMEOUT,
                CALL_TIMEOUT,
                null);
    }

    /// This provider at no cost.
    public ProviderSettings asFree() {
        return with(keys, true, allowPrivate, azure);
    }

    /// This provider with other timeouts.
    public ProviderSettings withTimeouts(
            Duration connect, Duration answer, Duration idle, Duration call) {
        return new ProviderSettings(
                name,
                dialect,
                baseUrl,
                keys,
                free,
                allowPrivate,
                connect,
                answer,
                idle,
                call,
                azure);
    }

    /// This provider, wherever it is.
    public ProviderSettings withPrivateAddresses() {
        return with(keys, free, true, azure);
    }

    /// Whether requests may go where the base URL points, as far as that is written there.
    public boolean isInReach() {
        return Reach.allowsBase(this);
    }

    /// This provider with other keys.
    public ProviderSettings withKeys(List<ProviderKey> changed) {
        return with(changed, free, allowPrivate, azure);
    }

    /// This provider, served by Azure, or not when `api` is null.
    ///
    /// @throws IllegalArgumentException when it is not of OpenAI's dialect
    public ProviderSettings onAzure(@Nullable AzureApi api) {
        return with(keys, free, allowPrivate, api);
    }

    private ProviderSettings with(
            List<ProviderKey> otherKeys,
            boolean nowFree,
            boolean anywhere,
            @Nullable AzureApi otherAzure) {
        return new ProviderSettings(
                name,
                dialect,
                baseUrl,
                otherKeys,
                nowFree,
                anywhere,
                connectTimeout,
                answerTimeout,
                idleTimeout,
                callTimeout,
                otherAzure);
    }

    /// Where a model is asked below the base URL, with the parameters that the address needs.
    String path(Operation operation, String model) {
        return azure == null ? operation.path(model) : azure.path(operation, model);
    }

    /// Where the provider has a response that it keeps.
    ///
    /// @param below what follows the path of all responses, such as `/ID/cancel`
    String responsePath(String below) {
        String path = path(Operation.RESPONSES, "");
        int query = path.indexOf('?');
        return query < 0 ? path + below : path.substring(0, query) + below + path.substring(query);
    }

    /// The name of a model in the body of a request.
    String nameOf(String model) {
        return azure == null ? model : azure.deployment(model);
    }

    /// The model behind a name that it is asked for by, which may be that of a deployment.
    String modelOf(String name) {
        String deployed = azure == null ? null : azure.model(name);
        return deployed == null ? name : deployed;
    }

    /// Whether a model is deployed here under this name, which is not its own.
    boolean deploysAs(String name) {
        return azure != null && azure.model(name) != null;
    }

    /// The field that bounds the output of a choice, or null where clients must name one or there is none.
    /// In chats, OpenAI's newer models refuse `max_tokens`; others know nothing else.
    @Nullable String outputBound(Operation operation) {
        return switch (operation) {
            case CHAT ->
                    azure != null
                                    || name.equals("openai")
                                    || baseUrl.getHost().equalsIgnoreCase(OPENAI_HOST)
                            ? "max_completion_tokens"
                            : "max_tokens";
            case RESPONSES -> ResponsesParser.BOUND;
            case COMPLETIONS -> CompletionsParser.BOUND;
            case GENERATE, STREAM_GENERATE -> GenerateParser.BOUND;
            case CONVERSE, CONVERSE_STREAM -> ConverseParser.BOUND;
            case COUNT_INPUT,
                    MESSAGES,
                    COUNT_TOKENS,
                    EMBEDDINGS,
                    COUNT_CONTENT,
                    EMBED_CONTENT,
                    BATCH_EMBED_CONTENTS ->
                    null;
        };
    }

    /// Whether a stream of chats has to be asked to end with its usage. Mistral's does so unasked, and refuses
    /// the question (422, `stream_options` is `extra_forbidden`).
    boolean wantsToBeAskedForUsage() {
        return !baseUrl.getHost().toLowerCase(Locale.ROOT).endsWith(MISTRAL_HOSTS);
    }

    /// Without the keys.
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
