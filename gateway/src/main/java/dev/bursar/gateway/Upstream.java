package dev.bursar.gateway;

import dev.bursar.gateway.routing.ProviderKey;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The requests to providers, over pools of kept connections: one for each event loop, so that both
/// sides of a call are on the same one. A shared pool hands out connections of other loops, and every
/// piece of an answer then wakes two threads (a third of the throughput on two cores).
final class Upstream implements AutoCloseable {

    private static final int MAX_CONNECTIONS_PER_PROVIDER = 8_192;
    private static final int MAX_WAITING = 8_192;

    /// Shorter than providers keep idle connections, so that few requests meet one that is closing.
    private static final int KEEP_ALIVE_SECONDS = 30;

    /// The version of Anthropic's API that the gateway's own requests are written for.
    private static final String ANTHROPIC_VERSION = "2023-06-01";

    private static final int MAX_HEADER_BYTES = 64 * 1024;

    private static final List<String> TRACE = List.of("traceparent", "tracestate");

    /// What a request says of its own body and of the answer to it alone.
    private static final List<String> OF_ONE_REQUEST =
            List.of("content-type", "accept", "idempotency-key");

    private final Vertx vertx;
    private final Map<Thread, HttpClient> pools = new ConcurrentHashMap<>();

    Upstream(Vertx vertx) {
        this.vertx = vertx;
    }

    /// The pool of the calling event loop.
    HttpClient pool() {
        HttpClient pool = pools.get(Thread.currentThread());
        return pool != null ? pool : pools.computeIfAbsent(Thread.currentThread(), _ -> create());
    }

    @Override
    public void close() {
        pools.values().forEach(HttpClient::close);
    }

    private HttpClient create() {
        return vertx.createHttpClient(
                new HttpClientOptions()
                        .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                        // No provider is asked to compress; of one that does so all the same, the
                        // usage is read.
                        .setDecompressionSupported(true)
                        .setMaxHeaderSize(MAX_HEADER_BYTES),
                new PoolOptions()
                        .setHttp1MaxSize(MAX_CONNECTIONS_PER_PROVIDER)
                        .setMaxWaitQueueSize(MAX_WAITING));
    }

    /// Whether the client brings a key that goes on to the provider, in place of one of the house.
    ///
    /// @param forProvider whether a secret that the client sent is meant for the provider
    static boolean bringsKey(HttpServerRequest request, Predicate<String> forProvider) {
        return brought(request, forProvider).findAny().isPresent();
    }

    private static Stream<String> brought(
            HttpServerRequest request, Predicate<String> forProvider) {
        return Stream.concat(
                        QueryKey.all(request.query()),
                        Headers.KEYS.stream()
                                .flatMap(name -> request.headers().getAll(name).stream())
                                .map(Headers::secret))
                .filter(forProvider);
    }

    /// @param key of the house, or null when there is none to send
    /// @param operation the path of what is asked for, below the provider's base URL, with the parameters
    ///     that it needs
    /// @param request whose method, headers and query go on
    /// @param forProvider whether a secret that the client sent is meant for the provider
    static RequestOptions options(
            ProviderSettings provider,
            @Nullable ProviderKey key,
            String operation,
            HttpServerRequest request,
            Predicate<String> forProvider) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        Headers.toProvider(request.headers(), headers, forProvider);
        headers.set("accept-encoding", "identity");
        String query = withoutVersion(query(request.query(), forProvider));
        boolean own =
                Headers.KEYS.stream().anyMatch(headers::contains) || QueryKey.of(query) != null;
        if (key != null && !own) {
            authorize(provider, key.secret(), headers);
        }
        return to(provider, request.method(), operation, headers, query);
    }

    /// Of a request that the gateway makes by itself, about what a call of a client has made: with the
    /// key and for the account of that call.
    ///
    /// @param call its headers, as they went to the provider
    static RequestOptions followUp(
            ProviderSettings provider, HttpMethod method, String operation, MultiMap call) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().addAll(call);
        OF_ONE_REQUEST.forEach(headers::remove);
        return to(provider, method, operation, headers, null);
    }

    /// Of a question that the gateway asks by itself.
    ///
    /// @param key of the house, or null when the provider needs none
    static RequestOptions ownOptions(
            ProviderSettings provider, @Nullable ProviderKey key, String operation) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        headers.set("content-type", "application/json").set("accept-encoding", "identity");
        if (provider.dialect() == Dialect.ANTHROPIC) {
            headers.set("anthropic-version", ANTHROPIC_VERSION);
        }
        if (key != null) {
            authorize(provider, key.secret(), headers);
        }
        return to(provider, HttpMethod.POST, operation, headers, null);
    }

    /// Of a request that is made of the client's, for a provider of another dialect. Nothing of the client's
    /// headers means anything there but the trace, and a key that it brought for the provider.
    ///
    /// @param key of the house, or null when there is none to send
    /// @param operation the path of what is asked for, below the provider's base URL, with its query
    /// @param forProvider whether a secret that the client sent is meant for the provider
    static RequestOptions translatedOptions(
            ProviderSettings provider,
            @Nullable ProviderKey key,
            String operation,
            HttpServerRequest request,
            Predicate<String> forProvider) {
        RequestOptions options = ownOptions(provider, key, operation);
        MultiMap headers = options.getHeaders();
        for (String name : TRACE) {
            String value = request.getHeader(name);
            if (value != null) {
                headers.set(name, value);
            }
        }
        brought(request, forProvider)
                .findFirst()
                .ifPresent(secret -> authorize(provider, secret, headers));
        return options;
    }

    private static RequestOptions to(
            ProviderSettings provider,
            HttpMethod method,
            String operation,
            MultiMap headers,
            @Nullable String query) {
        URI base = provider.baseUrl();
        boolean tls = "https".equals(base.getScheme());
        long connectMillis = provider.connectTimeout().toMillis();
        return new RequestOptions()
                .setMethod(method)
                .setHost(base.getHost())
                .setPort(base.getPort() > 0 ? base.getPort() : tls ? 443 : 80)
                .setSsl(tls)
                .setURI(path(provider, operation, query))
                .setConnectTimeout(connectMillis)
                .setHeaders(headers);
    }

    /// A key in the query goes on only when it is the provider's.
    private static @Nullable String query(@Nullable String query, Predicate<String> forProvider) {
        return query == null ? null : QueryKey.without(query, forProvider);
    }

    /// Clients of Azure's API name its version. Which one a provider has, and whether it has any, is said
    /// by the provider's own address.
    private static @Nullable String withoutVersion(@Nullable String query) {
        return query == null || !query.contains(AzureApi.VERSION)
                ? query
                : Arrays.stream(query.split("&", -1))
                        .filter(parameter -> !parameter.startsWith(AzureApi.VERSION + "="))
                        .collect(Collectors.joining("&"));
    }

    private static void authorize(ProviderSettings provider, String secret, MultiMap headers) {
        switch (provider.dialect()) {
            case OPENAI -> {
                if (provider.azure() == null) {
                    headers.set("authorization", "Bearer " + secret);
                } else {
                    headers.set(AzureApi.KEY, secret);
                }
            }
            case BEDROCK -> headers.set("authorization", "Bearer " + secret);
            case ANTHROPIC -> headers.set("x-api-key", secret);
            case GEMINI -> headers.set("x-goog-api-key", secret);
        }
    }

    private static String path(
            ProviderSettings provider, String operation, @Nullable String query) {
        String base = provider.baseUrl().getRawPath();
        String trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        String path = trimmed + operation;
        return query == null || query.isEmpty()
                ? path
                : path + (operation.indexOf('?') < 0 ? "?" : "&") + query;
    }
}
