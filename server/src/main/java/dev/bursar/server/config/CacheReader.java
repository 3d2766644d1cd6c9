package dev.bursar.server.config;

import dev.bursar.gateway.cache.CacheRule;
import dev.bursar.gateway.cache.CacheRule.Temperature;
import dev.bursar.gateway.cache.CacheSettings;
import dev.bursar.ledger.Subject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads `cache`: at the top how much is kept, and of each tenant what.
final class CacheReader {

    private CacheReader() {}

    static CacheSettings caches(Node top, Node tenants) {
        Section all = Section.of(top, "bytes", "entries", "tenant_percent");
        SortedMap<String, CacheSettings.Tenant> byTenant = new TreeMap<>();
        Section.any(tenants)
                .fields()
                .forEach((name, value) -> {
                    Section tenant = Section.any(value);
                    if (tenant.has("cache")) {
                        byTenant.put(name, tenant(tenant.node("cache")));
                    }
                });
        return new CacheSettings(
                all.whole(
                        "bytes",
                        (int) CacheSettings.DEFAULT_BYTES,
                        (int) CacheSettings.LEAST_BYTES,
                        Integer.MAX_VALUE),
                all.whole("entries", CacheSettings.DEFAULT_ENTRIES, 1, CacheSettings.MOST_ENTRIES),
                all.whole("tenant_percent", CacheSettings.DEFAULT_TENANT_PERCENT, 1, 100),
                byTenant);
    }

    private static CacheSettings.Tenant tenant(Node node) {
        Section cache = Section.of(node, "answers", "tools");
        List<Node> rules = Section.items(cache.node("answers"));
        if (rules.size() > CacheSettings.Tenant.MAX_RULES) {
            throw cache.valuePlace("answers")
                    .mistake("at most " + CacheSettings.Tenant.MAX_RULES + " rules");
        }
        return new CacheSettings.Tenant(
                rules.stream().map(CacheReader::rule).toList(),
                cache.has("tools") ? tools(cache.node("tools")) : null);
    }

    private static CacheRule rule(Node node) {
        Section rule = Section.of(node, "match", "exact", "semantic");
        SortedMap<String, String> match = rule.texts("match");
        for (String dimension : match.keySet()) {
            try {
                Subject.requireDimension(dimension);
            } catch (IllegalArgumentException e) {
                throw rule.valuePlace("match").mistake(String.valueOf(e.getMessage()));
            }
        }
        if (!rule.has("exact")) {
            throw rule.place().mistake("needs the key exact, which may be {}");
        }
        Section exact = Section.of(rule.node("exact"), "ttl", "temperature", "tool_calls", "wait");
        try {
            return new CacheRule(
                    match,
                    length(exact, "ttl", CacheRule.DEFAULT_TTL),
                    temperature(exact),
                    truth(exact, "tool_calls"),
                    length(exact, "wait", CacheRule.DEFAULT_WAIT),
                    rule.has("semantic") ? threshold(rule.node("semantic")) : null);
        } catch (IllegalArgumentException e) {
            throw exact.place().mistake(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Double threshold(Node node) {
        Section semantic = Section.of(node, "threshold");
        BigDecimal written =
                semantic.decimal("threshold")
                        .orElseThrow(() -> semantic.place().mistake("needs the key threshold"));
        if (written.doubleValue() < CacheRule.LEAST_THRESHOLD || written.doubleValue() > 1) {
            throw semantic.valuePlace("threshold").mistake("must be 0.5 to 1: " + written);
        }
        return written.doubleValue();
    }

    private static Temperature temperature(Section exact) {
        String written = exact.text("temperature").orElse(written(Temperature.ZERO));
        return Arrays.stream(Temperature.values())
                .filter(known -> written(known).equals(written))
                .findFirst()
                .orElseThrow(() -> {
                    String known =
                            Arrays.stream(Temperature.values())
                                    .map(CacheReader::written)
                                    .collect(Collectors.joining(", "));
                    return exact.valuePlace("temperature").mistake("must be one of " + known);
                });
    }

    static String written(Temperature temperature) {
        return temperature.name().toLowerCase(Locale.ROOT);
    }

    private static CacheSettings.Tools tools(Node node) {
        Section tools = Section.of(node, "ttl", "longest", "bytes");
        int bytes =
                tools.whole(
                        "bytes",
                        CacheSettings.Tools.DEFAULT_RESULT_BYTES,
                        1,
                        CacheSettings.Tools.MAX_RESULT_BYTES);
        try {
            return new CacheSettings.Tools(
                    length(tools, "ttl", CacheSettings.Tools.DEFAULT_TTL),
                    length(tools, "longest", CacheSettings.Tools.DEFAULT_LONGEST),
                    bytes);
        } catch (IllegalArgumentException e) {
            throw tools.place().mistake(String.valueOf(e.getMessage()));
        }
    }

    private static Duration length(Section section, String key, Duration otherwise) {
        return section.text(key)
                .map(text -> Quantity.duration(text, section.valuePlace(key)))
                .orElse(otherwise);
    }

    private static boolean truth(Section section, String key) {
        String written = section.text(key).orElse("false");
        if (!written.equals("true") && !written.equals("false")) {
            throw section.valuePlace(key).mistake("must be true or false: " + written);
        }
        return written.equals("true");
    }
}
