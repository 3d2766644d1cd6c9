package dev.bursar.server.config;

import dev.bursar.gateway.breaker.BreakerPolicy;
import dev.bursar.gateway.breaker.BreakerSettings;
import dev.bursar.gateway.breaker.Rule;
import dev.bursar.gateway.breaker.Thresholds;
import dev.bursar.ledger.TenantId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads `breakers` of every tenant: a list of policies, of which the first that fits a call holds.
final class BreakerReader {

    private static final String OFF = "off";

    private BreakerReader() {}

    static BreakerSettings breakers(Node tenants) {
        Map<TenantId, List<BreakerPolicy>> policies = new HashMap<>();
        Section.any(tenants)
                .fields()
                .forEach((name, node) -> {
                    Section tenant = Section.any(node);
                    if (tenant.has("breakers")) {
                        policies.put(new TenantId(name), policies(tenant.node("breakers")));
                    }
                });
        return new BreakerSettings(policies);
    }

    private static List<BreakerPolicy> policies(Node node) {
        List<BreakerPolicy> policies = new ArrayList<>();
        for (Node item : Section.items(node)) {
            policies.add(policy(item));
        }
        return policies;
    }

    private static BreakerPolicy policy(Node item) {
        List<String> keys = new ArrayList<>(List.of("match"));
        Arrays.stream(Rule.values()).map(Rule::wire).forEach(keys::add);
        Section section = Section.of(item, keys.toArray(String[]::new));
        Map<Rule, Thresholds> thresholds = new EnumMap<>(Rule.class);
        for (Rule rule : Rule.values()) {
            if (section.has(rule.wire())) {
                thresholds.put(rule, thresholds(rule, section.node(rule.wire())));
            }
        }
        return new BreakerPolicy(BudgetReader.match(section), thresholds);
    }

    /// What is not named is as usual.
    private static Thresholds thresholds(Rule rule, Node node) {
        if (node instanceof Node.Scalar scalar) {
            if (!scalar.text().equals(OFF)) {
                throw scalar.place().mistake("must be off, or thresholds: " + scalar.text());
            }
            return Thresholds.OFF;
        }
        Section section = Section.of(node, "flag", "slow", "stop");
        Thresholds usual = rule.usual();
        return new Thresholds(
                threshold(section, "flag", usual.flag()),
                threshold(section, "slow", usual.slow()),
                threshold(section, "stop", usual.stop()));
    }

    private static int threshold(Section section, String action, int usual) {
        return section.text(action).filter(OFF::equals).isPresent()
                ? 0
                : section.whole(action, usual, Thresholds.LEAST, Thresholds.MOST);
    }
}
