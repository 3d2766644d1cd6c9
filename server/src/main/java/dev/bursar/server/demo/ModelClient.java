package dev.bursar.server.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/// Calls models through the gateway the way any agent does: a base URL, a key, and a few headers that
/// say who is calling. Safe for use by several threads.
final class ModelClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /// @param callId what the gateway called it, or `""`
    record Answer(int status, String body, String callId) {

        boolean denied() {
            return status == 402;
        }
    }

    private final URI gateway;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    ModelClient(URI gateway) {
        this.gateway = gateway;
    }

    Answer call(boolean anthropic, String key, Map<String, String> about, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                gateway.resolve(
                                        anthropic ? "/v1/messages" : "/v1/chat/completions"))
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (anthropic) {
            request.header("x-api-key", key).header("anthropic-version", "2023-06-01");
        } else {
            request.header("Authorization", "Bearer " + key);
        }
        about.forEach((name, value) -> request.header("X-Bursar-" + name, value));
        HttpResponse<String> response =
                http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.body(),
                response.headers().firstValue("X-Bursar-Call").orElse(""));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
