package dev.bursar.gateway;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The requests to providers, over pools of kept connections: one for each event loop, so that both
/// sides of a call are on the same one. A shared pool hands out connections of other loops, and every
/// piece of an answer then wakes two threads (a third of the throughput on two cores).
final class Upstream implements AutoCloseable {

    private static final int MAX_CONNECTIONS_PER_PROVIDER = 8_192;
    private static final int MAX_WAITING = 8_192;

    /// Shorter than providers keep idle connections, so that few requests meet one that is closing.
    private static final int KEEP_ALIVE_SECONDS = 30;

    private static final int MAX_HEADER_BYTES = 64 * 1024;

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
                        .setMaxHeaderSize(MAX_HEADER_BYTES),
                new PoolOptions()
                        .setHttp1MaxSize(MAX_CONNECTIONS_PER_PROVIDER)
                        .setMaxWaitQueueSize(MAX_WAITING));
    }

    /// @param forProvider whether a secret that the client sent is meant for the provider
    static RequestOptions options(
            ProviderSettings provider, HttpServerRequest request, Predicate<String> forProvider) {
        URI base = provider.baseUrl();
        boolean tls = "https".equals(base.getScheme());
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        Headers.toProvider(request.headers(), headers, forProvider);
        headers.set("accept-encoding", "identity");
        if (!headers.contains("authorization") && !headers.contains("x-api-key")) {
            key(provider, headers);
        }
        long connectMillis = provider.connectTimeout().toMillis();
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(base.getHost())
                .setPort(base.getPort() > 0 ? base.getPort() : tls ? 443 : 80)
                .setSsl(tls)
                .setURI(path(provider, request.query()))
                .setConnectTimeout(connectMillis)
                .setHeaders(headers);
    }

    private static void key(ProviderSettings provider, MultiMap headers) {
        String key = provider.apiKey();
        if (key == null) {
            return;
        }
        switch (provider.dialect()) {
            case OPENAI -> headers.set("authorization", "Bearer " + key);
            case ANTHROPIC -> headers.set("x-api-key", key);
        }
    }

    private static String path(ProviderSettings provider, @Nullable String query) {
        String base = provider.baseUrl().getRawPath();
        String trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        String path =
                trimmed
                        + switch (provider.dialect()) {
                            case OPENAI -> "/chat/completions";
                            case ANTHROPIC -> "/v1/messages";
                        };
        return query == null || query.isEmpty() ? path : path + "?" + query;
    }
}
