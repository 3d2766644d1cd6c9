package dev.bursar.server.config;

import static dev.bursar.gateway.Quantity.usd;

import dev.bursar.gateway.AzureApi;
import dev.bursar.gateway.GatewaySettings;
import dev.bursar.gateway.breaker.BreakerPolicy;
import dev.bursar.gateway.breaker.Thresholds;
import dev.bursar.gateway.cache.CacheRule;
import dev.bursar.gateway.cache.CacheSettings;
import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.gateway.routing.Choice;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.gateway.routing.RoutingSettings;
import dev.bursar.gateway.routing.Rule;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.TenantId;
import dev.bursar.pricing.ToolPrice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Says what is in force, for the log: `key=value`, one line per thing, secrets as `***`.
public final class EffectiveConfig {

    private EffectiveConfig() {}

    /// The configuration as lines without a prefix.
    public static List<String> lines(Config config) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "server.host=%s server.port=%d server.archive_after=%s data=%s admin.token=%s"
                        .formatted(
                                config.server().host(),
                                config.server().port(),
                                archiveAfter(config.server().archiveAfter()),
                                config.data(),
                                masked(config.adminToken() != null)));
        GatewaySettings gateway = config.gateway();
        lines.add(
                "unpriced=%s client_gone=%s max_output_tokens=%d max_input_tokens=%d max_body_bytes=%d"
                        .formatted(
                                unpriced(gateway.unpriced()),
                                clientGone(gateway.clientGone()),
                                gateway.maxOutputTokens(),
                                gateway.maxInputTokens(),
                                gateway.maxBodyBytes()));
        gateway.providers()
                .values()
                .forEach(provider ->
                        lines.add(
                                "provider=%s dialect=%s base_url=%s api_key=%s prices=%s%s"
                                        .formatted(
                                                provider.name(),
                                                provider.dialect().wire(),
                                                provider.baseUrl(),
                                                keys(provider.keys()),
                                                provider.free() ? "free" : "book",
                                                azure(provider.azure()))));
        gateway.models()
                .forEach((name, alias) ->
                        lines.add(
                                "model=%s provider=%s upstream=%s"
                                        .formatted(name, alias.provider(), alias.model())));
        addRoutes(gateway.routing(), lines);
        gateway.statuses()
                .forEach((refusal, status) -> lines.add("status." + refusal.code() + "=" + status));
        addCaches(gateway.caches(), lines);
        config.prices().forEach(price -> lines.add("price=" + price.id()));
        config.tools().all().forEach(tool -> lines.add(tool(tool)));
        config.tenants()
                .values()
                .forEach(tenant -> {
                    addTenant(tenant, lines);
                    gateway.breakers()
                            .tenants()
                            .getOrDefault(tenant.id(), List.of())
                            .forEach(policy -> lines.add(breakers(tenant.id(), policy)));
                });
        return lines;
    }

    /// The price of a tool as a line of its own.
    public static String tool(ToolPrice tool) {
        ToolPrice.Meter meter = tool.meter();
        String each = usd(tool.eachMicrocents());
        return meter == null
                ? "tool=%s price=%s".formatted(tool.name(), each)
                : "tool=%s price=%s per=%s at_most=%d each=%s"
                        .formatted(
                                tool.name(),
                                usd(meter.microcents()),
                                meter.unit(),
                                meter.atMost(),
                                each);
    }

    private static void addRoutes(RoutingSettings routing, List<String> lines) {
        routing.routes()
                .forEach((name, route) -> {
                    for (Rule rule : route.rules()) {
                        lines.add(
                                "route=%s sticky=%s rule=%s to=%s fallback=%s"
                                        .formatted(
                                                name,
                                                route.sticky(),
                                                rule.name(),
                                                choice(rule.to()),
                                                rule.fallback()));
                    }
                });
    }

    private static String choice(Choice choice) {
        return switch (choice) {
            case Choice.Asked _ -> "asked";
            case Choice.Weighted weighted -> weighted.weights().toString();
            case Choice.ByComplexity by ->
                    "complexity(simple=%s,hard=%s,judge=%s)"
                            .formatted(
                                    by.simple(),
                                    by.hard(),
                                    by.judge().isEmpty() ? "built-in" : by.judge());
        };
    }

    private static String azure(@Nullable AzureApi azure) {
        return azure == null
                ? ""
                : " api=azure api_version=%s deployments=%s"
                        .formatted(
                                azure.version().isEmpty() ? "v1" : azure.version(),
                                new TreeMap<>(azure.deployments()));
    }

    private static String keys(List<ProviderKey> keys) {
        return keys.size() < 2
                ? masked(!keys.isEmpty())
                : keys.stream()
                        .map(key -> key.name() + "=***")
                        .collect(Collectors.joining(",", "[", "]"));
    }

    private static String archiveAfter(@Nullable Duration after) {
        return after == null ? "never" : after.toHours() + "h";
    }

    private static void addCaches(CacheSettings caches, List<String> lines) {
        lines.add(
                "cache.bytes=%d cache.entries=%d cache.tenant_percent=%d"
                        .formatted(caches.bytes(), caches.entries(), caches.tenantPercent()));
        caches.tenants()
                .forEach((tenant, cache) -> {
                    for (CacheRule rule : cache.answers()) {
                        lines.add(
                                "tenant=%s cache=answers match=%s ttl=%ds temperature=%s tool_calls=%s wait=%ds semantic=%s"
                                        .formatted(
                                                tenant,
                                                rule.match(),
                                                rule.ttl().toSeconds(),
                                                CacheReader.written(rule.temperature()),
                                                rule.toolCalls(),
                                                rule.patience().toSeconds(),
                                                rule.threshold() == null
                                                        ? "off"
                                                        : rule.threshold()));
                    }
                    CacheSettings.Tools tools = cache.tools();
                    if (tools != null) {
                        lines.add(
                                "tenant=%s cache=tools ttl=%ds longest=%ds bytes=%d"
                                        .formatted(
                                                tenant,
                                                tools.ttl().toSeconds(),
                                                tools.longest().toSeconds(),
                                                tools.resultBytes()));
                    }
                });
    }

    private static void addTenant(Config.Tenant tenant, List<String> lines) {
        lines.add("tenant=%s timezone=%s".formatted(tenant.id(), tenant.zone()));
        for (Config.Key key : tenant.keys()) {
            lines.add(
                    "tenant=%s key=%s secret=*** permissions=%s scope=%s expires=%s"
                            .formatted(
                                    tenant.id(),
                                    key.name(),
                                    Permission.written(key.permissions()),
                                    key.scope() == null ? "all" : key.scope(),
                                    key.expires() == null ? "never" : key.expires()));
        }
        LadderSettings ladder = tenant.ladder();
        lines.add(
                "tenant=%s downgrade=%s clamp.floor=%d defer.at_most=%ds defer.calls=%d"
                        .formatted(
                                tenant.id(),
                                ladder.downgrade(),
                                ladder.floor(),
                                ladder.deferAtMost().toSeconds(),
                                ladder.deferCalls()));
        for (Budget budget : tenant.budgets()) {
            lines.add(
                    "tenant=%s budget=%s limit=%d unit=%s window=%s mode=%s per=%s match=%s at=%s"
                            .formatted(
                                    tenant.id(),
                                    budget.name(),
                                    budget.limit(),
                                    budget.unit(),
                                    Windows.written(budget.window()),
                                    budget.mode(),
                                    budget.per(),
                                    budget.match(),
                                    ladder(budget)));
        }
    }

    private static String breakers(TenantId tenant, BreakerPolicy policy) {
        StringBuilder line =
                new StringBuilder("tenant=" + tenant + " breakers match=" + policy.match());
        for (dev.bursar.gateway.breaker.Rule rule : dev.bursar.gateway.breaker.Rule.values()) {
            Thresholds of = policy.of(rule);
            line.append(' ')
                    .append(rule.wire())
                    .append('=')
                    .append(of.equals(Thresholds.OFF) ? "off" : written(of));
        }
        return line.toString();
    }

    private static String written(Thresholds thresholds) {
        return "flag:%d,slow:%d,stop:%d"
                .formatted(thresholds.flag(), thresholds.slow(), thresholds.stop());
    }

    private static List<String> ladder(Budget budget) {
        return budget.ladder().stream()
                .map(step ->
                        step.percent()
                                + "%:"
                                + step.action().name().toLowerCase(Locale.ROOT)
                                + (step.tools().isEmpty() ? "" : step.tools()))
                .toList();
    }

    private static String masked(boolean set) {
        return set ? "***" : "unset";
    }

    private static String unpriced(GatewaySettings.Unpriced policy) {
        return switch (policy) {
            case GatewaySettings.Unpriced.Refuse ignored -> "refuse";
            case GatewaySettings.Unpriced.Ceiling(long input, long output) ->
                    "ceiling(" + input + "," + output + ")";
        };
    }

    private static String clientGone(GatewaySettings.ClientGone policy) {
        return switch (policy) {
            case GatewaySettings.ClientGone.Cancel ignored -> "cancel";
            case GatewaySettings.ClientGone.Drain drain ->
                    "drain(" + drain.atMost().toMillis() + "ms," + drain.bytes() + "B)";
        };
    }
}
