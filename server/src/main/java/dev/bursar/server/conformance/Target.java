package dev.bursar.server.conformance;

import dev.bursar.server.conformance.Case.Failed;
import dev.bursar.server.conformance.Case.Skipped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The server that is tried, and what there is to try it with.
final class Target implements AutoCloseable {

    /// What one reservation of a case asks for.
    static final long SOME = 10;

    /// Longer than the shortest time of a reservation.
    static final Duration PAST_SHORTEST = Duration.ofMillis(1_500);

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final Settings settings;

    Target(Settings settings) {
        this.settings = settings;
    }

    Settings settings() {
        return settings;
    }

    /// The key of another tenant.
    String otherKey() {
        String key = settings.otherKey();
        if (key == null) {
            throw new Skipped("needs the key of another tenant");
        }
        return key;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(TIMEOUT);
    }

    URI uri(String path) {
        return URI.create(settings.url() + path);
    }

    HttpRequest.Builder keyed(String path) {
        return request(path).header("X-Cycles-API-Key", settings.key());
    }

    HttpRequest.Builder posting(HttpRequest.Builder request, String body) {
        return request.header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    Reply post(String path, String body) {
        return send(posting(keyed(path), body));
    }

    Reply get(String path) {
        return send(keyed(path));
    }

    Reply send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        try {
            return new Reply(
                    request.method() + " " + request.uri().getPath(),
                    http.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new Failed(request.method() + " " + request.uri() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Skipped("interrupted");
        }
    }

    /// Sends all before it waits for any.
    List<Reply> sendAtATime(List<HttpRequest> requests) {
        List<CompletableFuture<HttpResponse<String>>> sent =
                requests.stream()
                        .map(request -> http.sendAsync(request, BodyHandlers.ofString()))
                        .toList();
        try {
            return sent.stream().map(reply -> new Reply("at a time", reply.join())).toList();
        } catch (CompletionException e) {
            throw new Failed("at a time: " + e.getCause());
        }
    }

    /// A key that was never used.
    static String newKey() {
        return "conformance-" + UUID.randomUUID();
    }

    String subject() {
        return "{\"tenant\":\"%s\"}".formatted(settings.tenant());
    }

    String amount(long amount) {
        return "{\"unit\":\"%s\",\"amount\":%d}".formatted(settings.unit(), amount);
    }

    /// A body that asks for an amount.
    ///
    /// @param name of the amount: `estimate` or `actual`
    /// @param more fields, each with a comma before it
    String asking(String key, String name, long amount, String more) {
        return """
        {"idempotency_key":"%s","subject":%s,\
        "action":{"kind":"conformance.case","name":"case"},"%s":%s%s}\
        """
                .formatted(key, subject(), name, amount(amount), more);
    }

    String reserving(String key, long amount, String more) {
        return asking(key, "estimate", amount, more);
    }

    Reply reserve(String more) {
        Reply reply = post("/v1/reservations", reserving(newKey(), SOME, more)).status(200);
        Shape.reserved(reply.json());
        return reply;
    }

    /// A new reservation's id.
    String reservation() {
        return reserve("").text("reservation_id");
    }

    /// The id of a new reservation whose time is over, and which has no grace.
    String expiredReservation() {
        Reply reserved = reserve(",\"ttl_ms\":1000,\"grace_period_ms\":0");
        pause(PAST_SHORTEST);
        return reserved.text("reservation_id");
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Skipped("interrupted");
        }
    }

    Reply end(String id, String how, String body) {
        return post("/v1/reservations/" + id + "/" + how, body);
    }

    String committing(String key, long amount) {
        return "{\"idempotency_key\":\"%s\",\"actual\":%s}".formatted(key, amount(amount));
    }

    static String keyOnly(String key) {
        return "{\"idempotency_key\":\"%s\"}".formatted(key);
    }

    static String extending(String key, long by) {
        return "{\"idempotency_key\":\"%s\",\"extend_by_ms\":%d}".formatted(key, by);
    }

    /// Gives a reservation back, whatever became of it.
    void forget(Reply reserved) {
        end(reserved.text("reservation_id"), "release", keyOnly(newKey()));
    }

    /// Where the tenant's own budget stands.
    JsonNode balance() {
        return balance("tenant:" + settings.tenant(), "");
    }

    /// Where the budget of an agent stands.
    JsonNode balanceOf(String agent) {
        return balance("tenant:" + settings.tenant() + "/agent:" + agent, "&agent=" + agent);
    }

    private JsonNode balance(String path, String filter) {
        JsonNode found = null;
        for (JsonNode balance :
                get("/v1/balances?limit=200&tenant=" + settings.tenant() + filter)
                        .status(200)
                        .json()
                        .path("balances")) {
            boolean own =
                    balance.path("scope_path").asString("").equalsIgnoreCase(path)
                            && balance.path("remaining")
                                    .path("unit")
                                    .asString("")
                                    .equals(settings.unit());
            found = own ? balance : found;
        }
        @Nullable JsonNode balance = found;
        if (balance == null) {
            throw new Skipped("there is no budget at " + path + " in " + settings.unit());
        }
        return balance;
    }

    @Override
    public void close() {
        http.close();
    }
}
