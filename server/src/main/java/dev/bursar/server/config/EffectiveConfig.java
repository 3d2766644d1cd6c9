package dev.bursar.server.config;

import dev.bursar.gateway.GatewaySettings;
import dev.bursar.gateway.routing.Choice;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.gateway.routing.RoutingSettings;
import dev.bursar.gateway.routing.Rule;
import dev.bursar.ledger.Budget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
                                "provider=%s dialect=%s base_url=%s api_key=%s prices=%s"
                                        .formatted(
                                                provider.name(),
                                                provider.dialect().wire(),
                                                provider.baseUrl(),
                                                keys(provider.keys()),
                                                provider.free() ? "free" : "book")));
        gateway.models()
                .forEach((name, alias) ->
                        lines.add(
                                "model=%s provider=%s upstream=%s"
                                        .formatted(name, alias.provider(), alias.model())));
        addRoutes(gateway.routing(), lines);
        gateway.statuses()
                .forEach((refusal, status) -> lines.add("status." + refusal.code() + "=" + status));
        config.prices().forEach(price -> lines.add("price=" + price.id()));
        config.tenants().values().forEach(tenant -> addTenant(tenant, lines));
        return lines;
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
        for (Budget budget : tenant.budgets()) {
            lines.add(
                    "tenant=%s budget=%s limit=%d unit=%s window=%s mode=%s per=%s match=%s"
                            .formatted(
                                    tenant.id(),
                                    budget.name(),
                                    budget.limit(),
                                    budget.unit(),
                                    Windows.written(budget.window()),
                                    budget.mode(),
                                    budget.per(),
                                    budget.match()));
        }
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
