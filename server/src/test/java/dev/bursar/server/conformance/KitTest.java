package dev.bursar.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.bursar.server.Server;
import dev.bursar.server.config.Config;
import dev.bursar.server.conformance.Result.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kit against our own server, one that leaves things out, and one that does nothing right.
class KitTest {

    private static final Set<String> OF_CONNECTIONS =
            Set.of("connection", "content-length", "host", "http2-settings", "upgrade");

    @TempDir Path directory;

    @Test
    void run_againstOurServer_passesEveryCase() throws IOException {
        try (Server server = start()) {
            List<Result> told = new ArrayList<>();

            List<Result> results = Kit.run(settings(server.url()), told::add);

            assertThat(results).hasSizeGreaterThan(138).isEqualTo(told);
            assertThat(results).extracting(Result::id).doesNotHaveDuplicates();
            assertThat(results).filteredOn(r -> r.outcome() != Outcome.PASS).isEmpty();
        }
    }

    @Test
    void run_againstAServerThatLeavesThingsOut_failsTheCasesOfThem() throws IOException {
        try (Server server = start();
                HttpClient http = HttpClient.newHttpClient()) {
            HttpServer spoiler =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            spoiler.createContext("/", exchange -> spoil(exchange, http, server.url()));
            spoiler.start();
            try {
                String url = "http://127.0.0.1:" + spoiler.getAddress().getPort();

                List<Result> results = Kit.run(settings(url), result -> {});

                assertThat(results)
                        .filteredOn(result -> result.outcome() != Outcome.PASS)
                        .extracting(Result::id)
                        .contains(
                                "request-id-own",
                                "headers-error",
                                "reserve-ttl",
                                "expired",
                                "event-recovers")
                        .doesNotContain("headers-success", "reserve", "event-after-finalized");
            } finally {
                spoiler.stop(0);
            }
        }
    }

    private Server start() throws IOException {
        Path file = directory.resolve("bursar.yaml");
        Files.writeString(
                file,
                """
                server: { port: 0 }
                data: "%s"
                admin: { token: admin-token }
                providers: { openai: { base_url: "http://127.0.0.1:9/v1", api_key: up } }
                tenants:
                  acme:
                    keys: [ { name: app, secret: acme-secret } ]
                    budgets:
                      - { name: all, limit: 10 USD, scope: "tenant:acme" }
                      - { name: spare, limit: 0.000001 USD, scope: "tenant:acme/agent:spare" }
                      - name: owing
                        limit: 0.000001 USD
                        overdraft: 0.0000005 USD
                        scope: "tenant:acme/agent:owing"
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
        return Server.start(
                Config.read(file, Map.of()),
                new Server.Options(file, Map.of(), config -> config, false, "local"));
    }

    private static Settings settings(String url) {
        return new Settings(
                url,
                "acme-secret",
                "acme",
                "USD_MICROCENTS",
                "umbrella-secret",
                "admin-token",
                "spare",
                "owing");
    }

    /// Hands on a request and its answer, but for the id of a request that brought one, the id of a
    /// 405, the trace of a 410 and the end of a reservation.
    private static void spoil(HttpExchange exchange, HttpClient http, String url)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + exchange.getRequestURI()))
                        .method(
                                exchange.getRequestMethod(),
                                BodyPublishers.ofByteArray(
                                        exchange.getRequestBody().readAllBytes()));
        exchange.getRequestHeaders()
                .forEach((name, values) -> {
                    if (!OF_CONNECTIONS.contains(name.toLowerCase(Locale.ROOT))) {
                        values.forEach(value -> request.header(name, value));
                    }
                });
        HttpResponse<String> answer;
        try {
            answer = http.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        int status = answer.statusCode();
        exchange.getResponseHeaders().putAll(answer.headers().map());
        exchange.getResponseHeaders().remove("Content-Length");
        if (status == 405 || exchange.getRequestHeaders().containsKey("X-Request-Id")) {
            exchange.getResponseHeaders().remove("X-Request-Id");
        }
        if (status == 410) {
            exchange.getResponseHeaders().remove("X-Cycles-Trace-Id");
        }
        byte[] body =
                answer.body()
                        .replaceAll("\"expires_at_ms\":\\d+", "\"expires_at_ms\":0")
                        .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
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
                    Kit.run(
                            new Settings(url, "k", "t", "TOKENS", "o", "a", "s", "d"),
                            result -> {});

            assertThat(results)
                    .filteredOn(result -> result.outcome() == Outcome.PASS)
                    .extracting(Result::id)
                    .containsOnly("decide-replay");
        } finally {
            same.stop(0);
        }
    }
}
