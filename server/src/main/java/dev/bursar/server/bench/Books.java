package dev.bursar.server.bench;

import dev.bursar.server.bench.ReserveTraffic.Senders;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What was asked and answered in a whole bench, and what the server's balances say of it.
final class Books {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static final int AT_A_TIME = 32;

    private final String url;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final SortedMap<String, Long> held = new TreeMap<>();
    private long granted;
    private long reserved;

    Books(InetSocketAddress server) {
        this.url = "http://" + server.getHostString() + ":" + server.getPort();
    }

    /// Takes a load into the books, and compares them with the balances of those who sent it.
    ///
    /// @throws IllegalStateException when a sum differs
    void enter(Senders senders, ReserveTraffic load) {
        granted += load.answers().getOrDefault(ReserveTraffic.GRANTED, 0L);
        reserved += load.reserved();
        long before = held.getOrDefault(senders.name(), 0L);
        long after = held(senders);
        held.put(senders.name(), after);
        require("what the balances hold", after - before, load.reserved());
        if (load.errors().isEmpty()) {
            require("what was asked", load.asked(), load.reserved());
        }
    }

    private static void require(String what, long sum, long answers) {
        if (sum != answers) {
            throw new IllegalStateException(
                    "%s is %d, but the answers say %d".formatted(what, sum, answers));
        }
    }

    /// The sum of what the budgets of all these tenants hold, asked for a few at a time.
    private long held(Senders senders) {
        long sum = 0;
        for (int from = 0; from < senders.tenants(); from += AT_A_TIME) {
            int end = Math.min(from + AT_A_TIME, senders.tenants());
            List<CompletableFuture<HttpResponse<String>>> answers =
                    IntStream.range(from, end).mapToObj(i -> balances(senders, i)).toList();
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                sum += held(answer.join());
            }
        }
        return sum;
    }

    private CompletableFuture<HttpResponse<String>> balances(Senders senders, int tenant) {
        URI uri = URI.create(url + "/v1/balances?tenant=" + senders.tenant(tenant));
        return http.sendAsync(
                HttpRequest.newBuilder(uri).header("X-Cycles-API-Key", senders.key(tenant)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static long held(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("balances: " + answer.body());
        }
        long sum = 0;
        for (JsonNode balance : MAPPER.readTree(answer.body()).path("balances")) {
            sum += balance.path("reserved").path("amount").asLong();
        }
        return sum;
    }

    /// How many entries the read model has still to read.
    long lag() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/health/ready")).build();
        String answer = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        return MAPPER.readTree(answer).path("usage").path("lag").asLong();
    }

    /// Adds the errors of a load, by status.
    static void addErrors(ReserveTraffic load, ObjectNode into) {
        load.errors()
                .forEach((status, count) -> {
                    String name = Integer.toString(status);
                    into.put(name, into.path(name).asLong() + count);
                });
    }

    /// How many reservations were granted, the sum of them as the answers say it, and as the balances do.
    void tell(ObjectNode into) {
        into.put("granted", granted);
        into.put("reserved", reserved);
        into.put("held", held.values().stream().mapToLong(Long::longValue).sum());
    }
}
