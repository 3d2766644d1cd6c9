package dev.bursar.server.cycles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.server.Server;
import dev.bursar.server.config.Config;
import dev.bursar.server.directory.Role;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A whole server on a free port, asked as clients of the protocol ask.
final class CyclesServer implements AutoCloseable {

    static final String KEY = "acme-secret";
    static final String OTHER = "umbrella-secret";
    static final String ADMIN = "admin-token";

    private static final JsonMapper MAPPER = new JsonMapper();

    private static final AtomicInteger KEYS = new AtomicInteger();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Server server;

    private CyclesServer(Server server) {
        this.server = server;
    }

    /// @param tenants YAML below `tenants:`
    static CyclesServer start(Path directory, String tenants) throws IOException {
        Path file = directory.resolve("bursar.yaml");
        Path data = directory.resolve("data");
        Files.writeString(
                file,
                """
                server: { port: 0 }
                data: "%s"
                admin: { token: %s }
                providers: { openai: { base_url: "http://127.0.0.1:9/v1", api_key: up } }
                tenants:
                """
                                .formatted(data, ADMIN)
                        + tenants.indent(2));
        Server server =
                Server.start(
                        Config.read(file, Map.of()),
                        new Server.Options(file, Map.of(), config -> config, false, "local"));
        CyclesServer started = new CyclesServer(server);
        started.follow();
        return started;
    }

    Server server() {
        return server;
    }

    /// Waits until the read model has everything.
    void follow() {
        try {
            long position = server.authority().journal().lastPosition();
            assertThat(server.usage().awaitPosition(position, Duration.ofSeconds(30))).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// The secret of a new access token.
    ///
    /// @param tenant `""` for one of all tenants
    String token(Role role, String tenant) {
        Reply made =
                send(
                        request("/api/tokens")
                                .header("Authorization", "Bearer " + ADMIN)
                                .header("Content-Type", "application/json")
                                .POST(
                                        BodyPublishers.ofString(
                                                "{\"name\":\"%s\",\"role\":\"%s\"%s}"
                                                        .formatted(
                                                                newKey(),
                                                                role.written(),
                                                                tenant.isEmpty()
                                                                        ? ""
                                                                        : ",\"tenant\":\""
                                                                                + tenant
                                                                                + "\""))));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        return made.text("secret");
    }

    /// A key that was not used before.
    static String newKey() {
        return "key-" + KEYS.incrementAndGet();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path));
    }

    HttpRequest.Builder as(String secret, String path) {
        return request(path).header("X-Cycles-API-Key", secret);
    }

    Reply post(String path, String body) {
        return post(KEY, path, body);
    }

    Reply post(String secret, String path, String body) {
        return send(
                as(secret, path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    Reply get(String path) {
        return send(as(KEY, path));
    }

    Reply send(HttpRequest.Builder request) {
        try {
            return new Reply(http.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// An answer.
    record Reply(HttpResponse<String> response) {

        int status() {
            return response.statusCode();
        }

        String body() {
            return response.body();
        }

        JsonNode json() {
            return MAPPER.readTree(response.body());
        }

        String text(String field) {
            return json().path(field).asString("");
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /// Checks that it is an error of the protocol.
        Reply refused(int status, String code) {
            assertThat(status()).as(body()).isEqualTo(status);
            StrictBody.error(json());
            assertThat(text("error")).as(body()).isEqualTo(code);
            assertThat(text("request_id")).isEqualTo(header("X-Request-Id"));
            assertThat(text("trace_id")).isEqualTo(header("X-Cycles-Trace-Id"));
            return this;
        }
    }

    static String reserve(String key, String subject, long estimate, String more) {
        return """
        {"idempotency_key":"%s","subject":%s,"action":{"kind":"llm.completion","name":"gpt"},
        "estimate":{"unit":"USD_MICROCENTS","amount":%d}%s}\
        """
                .formatted(key, subject, estimate, more);
    }

    @Override
    public void close() {
        server.close();
        http.close();
    }
}
