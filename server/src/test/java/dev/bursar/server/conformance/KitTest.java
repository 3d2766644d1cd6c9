package dev.bursar.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.bursar.server.Server;
import dev.bursar.server.config.Config;
import dev.bursar.server.conformance.Result.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kit against our own server, and against one that does nothing right.
class KitTest {

    @TempDir Path directory;

    @Test
    void run_againstOurServer_passesEveryCase() throws IOException {
        Path file = directory.resolve("bursar.yaml");
        Files.writeString(
                file,
                """
                server: { port: 0 }
                data: "%s"
                providers: { openai: { base_url: "http://127.0.0.1:9/v1", api_key: up } }
                tenants:
                  acme:
                    keys: [ { name: app, secret: acme-secret } ]
                    budgets: [ { name: all, limit: 10 USD, scope: "tenant:acme" } ]
                  umbrella:
                    keys:
                      - name: app
                        secret: umbrella-secret
                        permissions:
                          - "reservations:commit"
                          - "reservations:release"
                          - "reservations:extend"
                          - "reservations:list"
                """
                        .formatted(directory.resolve("data")));
        try (Server server =
                Server.start(
                        Config.read(file, Map.of()),
                        new Server.Options(file, Map.of(), config -> config, false, "local"))) {
            List<Result> told = new ArrayList<>();
            Settings settings =
                    new Settings(
                            server.url(),
                            "acme-secret",
                            "acme",
                            "USD_MICROCENTS",
                            "umbrella-secret");

            List<Result> results = Kit.run(settings, told::add);

            assertThat(results).hasSizeGreaterThan(105).isEqualTo(told);
            assertThat(results).extracting(Result::id).doesNotHaveDuplicates();
            assertThat(results).filteredOn(r -> r.outcome() != Outcome.PASS).isEmpty();
        }
    }

    @Test
    void run_againstAServerThatAnswersAlwaysTheSame_failsAlmostEveryCase() throws IOException {
        HttpServer same =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        same.createContext(
                "/",
                exchange -> {
                    byte[] body = "{\"decision\":\"ALLOW\"}".getBytes(StandardCharsets.UTF_8);
                    exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        same.start();
        try {
            String url = "http://127.0.0.1:" + same.getAddress().getPort();

            List<Result> results =
                    Kit.run(new Settings(url, "k", "t", "TOKENS", null), result -> {});

            assertThat(results)
                    .filteredOn(result -> result.outcome() == Outcome.PASS)
                    .extracting(Result::id)
                    .containsOnly("request-id-own", "decide-replay");
        } finally {
            same.stop(0);
        }
    }
}
