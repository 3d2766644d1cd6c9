package dev.bursar.server.http;

import dev.bursar.gateway.Quantity;
import dev.bursar.gateway.cache.AnswerCache;
import dev.bursar.gateway.cache.CacheStats;
import dev.bursar.gateway.cache.ToolResults;
import dev.bursar.ledger.TenantId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/api/cache`: results that agents keep of their tools, reports of wrong hits, and what the caches did.
/// Agents use it with their own keys.
final class CacheApi {

    /// What a browser that is led here never takes for a page.
    private static final Set<String> TYPES =
            Set.of("application/json", "text/plain", "application/octet-stream");

    private static final String DEFAULT_TYPE = "application/octet-stream";
    private static final CacheStats NOTHING = new CacheStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private final AnswerCache answers;
    private final ToolResults results;
    private final InstantSource clock;

    CacheApi(AnswerCache answers, ToolResults results, InstantSource clock) {
        this.answers = answers;
        this.results = results;
        this.clock = clock;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.CACHES, this::stats);
        api.onJson(ApiRoute.CACHE_FEEDBACK, this::feedback);
        api.on(ApiRoute.KEEP_RESULT, this::keep);
        api.on(ApiRoute.RESULT, this::find);
        api.on(ApiRoute.DROP_RESULT, this::drop);
    }

    private void stats(RoutingContext context) {
        String wanted = Parameters.of(context, List.of("tenant")).text("tenant").orElse(null);
        SortedMap<String, CacheStats> models = answers.stats();
        SortedMap<String, CacheStats> tools = results.stats();
        Set<String> tenants = new TreeSet<>(models.keySet());
        tenants.addAll(tools.keySet());
        ObjectNode body = ApiJson.object();
        ArrayNode items = body.putArray("items");
        for (String tenant : tenants) {
            if (wanted == null || wanted.equals(tenant)) {
                ObjectNode item = items.addObject();
                item.put("tenant", tenant);
                item.set("answers", json(models.getOrDefault(tenant, NOTHING)));
                item.set("tools", json(tools.getOrDefault(tenant, NOTHING)));
            }
        }
        Answers.json(context, 200, body);
    }

    private static ObjectNode json(CacheStats stats) {
        ObjectNode node = ApiJson.object();
        node.put("entries", stats.entries());
        node.put("bytes", stats.bytes());
        node.put("exact_hits", stats.exact());
        node.put("semantic_hits", stats.semantic());
        node.put("shared_hits", stats.shared());
        node.put("misses", stats.misses());
        node.put("kept", stats.kept());
        node.put("wrong_hits", stats.wrong());
        node.put("avoided_usd", Quantity.usd(stats.microcentsAvoided()));
        node.put("avoided_tokens", stats.tokensAvoided());
        return node;
    }

    private void feedback(RoutingContext context) {
        Body body = Body.of(context, List.of("tenant", "call", "wrong"));
        TenantId bound = Access.actor(context).tenant();
        TenantId tenant = body.has("tenant") || bound == null ? body.tenant("tenant") : bound;
        Access.requireTenant(context, tenant.value());
        String call = body.required("call");
        if (!body.node("wrong").isBoolean() || !body.node("wrong").asBoolean()) {
            throw ApiException.badRequest("wrong: must be true; what is right needs no report");
        }
        if (!answers.wrong(tenant.value(), call)) {
            throw ApiException.notFound(
                    "no call " + call + " that was answered from the cache of late");
        }
        Answers.json(context, 200, ApiJson.object().put("call", call).put("evicted", true));
    }

    private void keep(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant", "ttl", "cost"));
        ToolResults.Name name = name(context, parameters);
        int most = (int) Duration.ofDays(30).toSeconds();
        int seconds = parameters.whole("ttl", 0, 1, most);
        Buffer sent = context.body().buffer();
        Instant now = clock.instant();
        Optional<ToolResults.Refused> refused =
                results.put(
                        name,
                        sent == null ? new byte[0] : sent.getBytes(),
                        type(context.request().getHeader(HttpHeaders.CONTENT_TYPE)),
                        Usd.microcents("cost", parameters.text("cost").orElse("0")),
                        seconds == 0 ? null : Duration.ofSeconds(seconds),
                        now);
        if (refused.isPresent()) {
            throw refusal(refused.get(), name);
        }
        ObjectNode body = ApiJson.object();
        body.put("tenant", name.tenant());
        body.put("namespace", name.namespace());
        body.put("key", name.key());
        body.put("bytes", sent == null ? 0 : sent.length());
        Answers.json(context, 200, body);
    }

    private static ApiException refusal(ToolResults.Refused refused, ToolResults.Name name) {
        return switch (refused) {
            case OFF ->
                    new ApiException(
                            409,
                            "cache_off",
                            "the tenant "
                                    + name.tenant()
                                    + " keeps no results; switch it on with cache: { tools: {} }");
            case TOO_LARGE ->
                    new ApiException(413, "too_large", "the body is larger than the tenant keeps");
            case TOO_LONG ->
                    ApiException.badRequest("ttl: is longer than the tenant keeps results");
        };
    }

    private void find(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant"));
        Instant now = clock.instant();
        ToolResults.Result found =
                results.find(name(context, parameters), now)
                        .orElseThrow(() -> ApiException.notFound("there is no such result"));
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, found.type())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("age", age(found, now))
                .putHeader("x-content-type-options", "nosniff")
                .putHeader("content-disposition", "attachment")
                .putHeader("content-security-policy", "default-src 'none'; sandbox")
                .end(Buffer.buffer(found.body()));
    }

    private static String age(ToolResults.Result found, Instant now) {
        return Long.toString(Math.max(0, Duration.between(found.at(), now).toSeconds()));
    }

    private void drop(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant"));
        if (!results.remove(name(context, parameters))) {
            throw ApiException.notFound("there is no such result");
        }
        Answers.json(context, 200, ApiJson.object().put("dropped", true));
    }

    private static ToolResults.Name name(RoutingContext context, Parameters parameters) {
        String tenant =
                parameters
                        .text("tenant")
                        .orElseThrow(() -> ApiException.badRequest("tenant: is missing"));
        try {
            return new ToolResults.Name(
                    Body.tenantId("tenant", tenant).value(),
                    Parameters.path(context, "namespace"),
                    Parameters.path(context, "key"));
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static String type(@Nullable String header) {
        String type = header == null ? DEFAULT_TYPE : header.split(";", 2)[0].strip();
        if (!TYPES.contains(type)) {
            throw new ApiException(
                    415,
                    "unsupported_media_type",
                    "Content-Type: must be one of " + String.join(", ", new TreeSet<>(TYPES)));
        }
        return type;
    }
}
