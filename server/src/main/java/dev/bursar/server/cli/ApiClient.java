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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Talks to `/api` of the server on this machine.
final class ApiClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /// A large journal is copied and packed before the answer begins.
    private static final Duration DOWNLOAD_TIMEOUT = Duration.ofHours(1);

    private static final int FIRST_ERROR_STATUS = 400;

    private static final int NOT_FOUND = 404;

    /// As many items as one request may ask of any list.
    private static final int PAGE = 500;

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
        return send("GET", query.isEmpty() ? path : path + "?" + query, null, null);
    }

    /// Reads a list page by page.
    ///
    /// @param atMost how many items
    /// @return one page with all of them
    JsonNode list(String path, Map<String, String> parameters, int atMost) {
        Map<String, String> query = new LinkedHashMap<>(parameters);
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        ArrayNode items = all.putArray("items");
        JsonNode next;
        do {
            query.put("limit", Integer.toString(Math.min(PAGE, atMost - items.size())));
            JsonNode page = get(path, query);
            page.path("items").forEach(items::add);
            next = page.path("next");
            query.put("cursor", next.asString(""));
        } while (next.isString() && items.size() < atMost);
        all.set("next", next);
        return all;
    }

    /// What is there, empty when nothing is (404).
    Optional<JsonNode> find(String path) {
        try {
            return Optional.of(get(path, Map.of()));
        } catch (CliException e) {
            if (e.status() == NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    JsonNode post(String path, @Nullable JsonNode body) {
        return send("POST", path, body, null);
    }

    JsonNode delete(String path) {
        return send("DELETE", path, null, null);
    }

    /// Writes the answer to a POST into a file for its owner only, and syncs it.
    void download(String path, JsonNode body, Path file) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .timeout(DOWNLOAD_TIMEOUT)
                        .header("Authorization", "Bearer " + server.token())
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
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
        return new CliException(
                problem.path("detail").asString("the server says " + status), status);
    }

    static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// @param body null for none
    /// @param once as `Idempotency-Key`: the same request with it takes effect once; null for none
    JsonNode send(String method, String path, @Nullable JsonNode body, @Nullable String once) {
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
        if (once != null) {
            request.header("Idempotency-Key", once);
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
