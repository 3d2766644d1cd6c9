package dev.bursar.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A whole server that a bench sends model calls through: journal on disk, a hierarchy of budgets,
/// follower, metrics.
///
/// The canned requests are all the same, which breakers would take for loops: their marks are off, their
/// work is not.
final class BenchedGateway {

    static final String KEY = "bench-key-for-the-loopback-only";

    /// A model of a provider of its own, whose answers do not wait for what the other one is at.
    static final String ASIDE = "aside-mini";

    private BenchedGateway() {}

    /// @param directory where its data, configuration and log go
    /// @param providerPort of the provider, on this machine
    /// @param asidePort of the provider that serves [#ASIDE]
    /// @param options for the server's Java
    static ServerProcess start(Path directory, int providerPort, int asidePort, String... options)
            throws IOException, InterruptedException {
        int port = ServerProcess.freePort();
        Path absolute = directory.toAbsolutePath();
        String config =
                """
                server: { host: 127.0.0.1, port: %d }
                data: %s
                admin: { token: bench-admin-token-of-this-run }
                providers:
                  openai: { base_url: "http://127.0.0.1:%d/v1", api_key: bench }
                  aside: { dialect: openai, base_url: "http://127.0.0.1:%d/v1", api_key: bench }
                models:
                  %s: { provider: aside, model: gpt-4o-mini }
                prices:
                  - { provider: aside, model: gpt-4o-mini, from: 2026-01-01, input: 0.15, output: 0.6 }
                tenants:
                  bench:
                    timezone: Europe/Berlin
                    keys:
                      - { name: bench, secret: %s, defaults: { app: bench } }
                    breakers: [{ identical_answers: off, identical_calls: off, velocity: off }]
                    budgets:
                      - { name: company-month, limit: 10_000_000 USD, every: month }
                      - { name: team-month, per: [team], limit: 1_000_000 USD, every: month }
                      - { name: user-day, per: [user], limit: 100_000_000_000 tokens, every: day }
                      - { name: run, per: [run], limit: 100_000 USD }
                      - { name: burst, per: [key], limit: 100_000_000 calls, every: 1m }
                """
                        .formatted(
                                port,
                                absolute.resolve("data"),
                                providerPort,
                                asidePort,
                                ASIDE,
                                KEY);
        Path file = absolute.resolve("bursar.yaml");
        Files.writeString(file, config);
        return ServerProcess.start(file, port, absolute.resolve("server.log"), options);
    }
}
