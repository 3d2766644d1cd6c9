package dev.bursar.server.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Talks to `/api` of the server on this machine.
final class ApiClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /// A large journal is copied and packed before the answer begins.
    private static final Duration DOWNLOAD_TIMEOUT = Duration.ofHours(1);

    private static final int FIRST_ERROR_STATUS = 400;

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final RunFile server;

    ApiClient(RunFile server) {
        this.server = server;
    }

    JsonNode get(String path, Map<String, String> parameters) {
        String query =
                parameters.entrySet().stream()
                        .map(one -> encoded(one.getKey()) + "=" + encoded(one.getValue()))
                        .collect(Collectors.joining("&"));
        return send("GET", query.isEmpty() ? path : path + "?" + query, null);
    }

    JsonNode post(String path, @Nullable JsonNode body) {
        return send("POST", path, body);
    }

    JsonNode delete(String path) {
        return send("DELETE", path, null);
    }

    /// Writes the answer to a POST into a file for its owner only, and syncs it.
    void download(String path, Path file) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .timeout(DOWNLOAD_TIMEOUT)
                        .header("Authorization", "Bearer " + server.token())
                        .POST(BodyPublishers.noBody())
                        .build();
        Files.deleteIfExists(file);
        Files.createFile(file, RunFile.OWNER_ONLY);
        try {
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream in = response.body();
                    FileOutputStream out = new FileOutputStream(file.toFile())) {
                if (response.statusCode() >= FIRST_ERROR_STATUS) {
                    throw refused(response.statusCode(), JSON.readTree(in));
                }
                in.transferTo(out);
                out.getFD().sync();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        }
    }

    private static CliException refused(int status, JsonNode problem) {
        return new CliException(problem.path("detail").asString("the server says " + status));
    }

    static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonNode send(String method, String path, @Nullable JsonNode body) {
        BodyPublisher sent =
                body == null
                        ? BodyPublishers.noBody()
                        : BodyPublishers.ofString(JSON.writeValueAsString(body));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .timeout(TIMEOUT)
                        .header("Authorization", "Bearer " + server.token())
                        .method(method, sent);
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            JsonNode answer = JSON.readTree(response.body());
            if (response.statusCode() >= FIRST_ERROR_STATUS) {
                throw refused(response.statusCode(), answer);
            }
            return answer;
        } catch (JacksonException | IOException e) {
            throw new CliException(
                    "the server at " + server.url() + " does not answer: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
