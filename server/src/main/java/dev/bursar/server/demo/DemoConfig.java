package dev.bursar.server.demo;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/// The configuration of the demo: what a small company would write.
final class DemoConfig {

    static final String TENANT = "acme";

    /// Name of the budget that stops a runaway.
    static final String RUN_BUDGET = "run";

    private DemoConfig() {}

    /// The text of a `bursar.yaml`.
    ///
    /// @param keys secret of each gateway key by its name
    /// @param providerKey what the provider wants to see
    static String text(
            int port,
            Path data,
            SimulatedProvider provider,
            String providerKey,
            Map<String, String> keys) {
        return """
        server: { host: 127.0.0.1, port: %d }
        data: "%s"
        providers:
          openai: { base_url: "%s", api_key: "%s" }
          anthropic: { base_url: "%s", api_key: "%s" }
        tenants:
          acme:
            timezone: Europe/Berlin
            keys:
        %s
            budgets:
              - name: company-month
                limit: 10_000 USD
                every: month
                at: { 70%%: alert, 90%%: alert }
              - name: company-day
                limit: 50 USD
                every: day
              - name: team-month
                per: [team]
                limit: 1_500 USD
                every: month
                mode: soft
                at: { 80%%: alert }
              - name: user-day
                per: [user]
                limit: 50_000 tokens
                every: day
                mode: soft
                at: { 100%%: alert }
              - name: run
                per: [run]
                limit: 1.00 USD
              - name: one-call
                limit: 1 USD
                every: call
              - name: burst
                per: [key]
                limit: 1_200 calls
                every: 1m
              - name: research-rollout
                match: { workflow: research }
                per: [run]
                limit: 0.02 USD
                mode: shadow
        """
                .formatted(
                        port,
                        data,
                        provider.openAiUrl(),
                        providerKey,
                        provider.anthropicUrl(),
                        providerKey,
                        keys.entrySet().stream()
                                .map(key -> key(key.getKey(), key.getValue()))
                                .collect(Collectors.joining("\n")));
    }

    private static String key(String name, String secret) {
        return "      - { name: %s, secret: \"%s\", defaults: { team: %s, app: %s } }"
                .formatted(name, secret, name, name);
    }
}
