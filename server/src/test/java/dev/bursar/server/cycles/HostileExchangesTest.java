package dev.bursar.server.cycles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.Authority;
import dev.bursar.ledger.Budget;
import dev.bursar.server.JournalCount;
import dev.bursar.server.JournalCount.Entries;
import dev.bursar.server.cycles.CyclesServer.Reply;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Thousands of requests of the protocol that a seeded generator spoils: every refusal has the protocol's
/// envelope, none is a mistake of ours, and none moves a balance.
class HostileExchangesTest {

    private static final int REQUESTS = Integer.getInteger("bursar.hostile.requests", 10_000);

    private static final long SEED = Long.getLong("bursar.hostile.seed", 20_260_302L);

    private static final String TENANTS =
            """
            acme:
              keys: [ { name: app, secret: acme-secret } ]
              budgets:
                - { name: all, limit: 1000 USD, scope: "tenant:acme" }
                - { name: small, limit: 0.01 USD, scope: "tenant:acme/agent:small" }
                - { name: words, limit: 100000 tokens, scope: "tenant:acme" }
            umbrella:
              keys: [ { name: app, secret: umbrella-secret } ]
            """;

    private static final List<String> BODIES =
            List.of(
                    """
                    {"idempotency_key":"k","subject":{"tenant":"acme","agent":"small"},
                     "action":{"kind":"llm.completion","name":"gpt","tags":["a"]},
                     "estimate":{"unit":"USD_MICROCENTS","amount":700},"ttl_ms":3600000,
                     "grace_period_ms":0,"overage_policy":"REJECT","dry_run":false,
                     "metadata":{"a":{"b":[1]}}}\
                    """,
                    """
                    {"idempotency_key":"k","subject":{"tenant":"acme","dimensions":{"d":"v"}},
                     "action":{"kind":"tool.call","name":"search"},
                     "actual":{"unit":"TOKENS","amount":5},"client_time_ms":1,
                     "overage_policy":"ALLOW_WITH_OVERDRAFT",
                     "metrics":{"tokens_input":1,"latency_ms":2,"custom":{"x":"y"}}}\
                    """,
                    """
                    {"idempotency_key":"k","actual":{"unit":"USD_MICROCENTS","amount":500},
                     "metrics":{"tokens_output":1},"metadata":{}}\
                    """,
                    """
                    {"idempotency_key":"k","reason":"done"}\
                    """,
                    """
                    {"idempotency_key":"k","extend_by_ms":1000}\
                    """);

    private static final List<String> TEXTS =
            List.of(
                    "",
                    "acme",
                    "umbrella",
                    "a b",
                    "small",
                    "tenant:acme",
                    "\u0000",
                    "\u202e\ud83d\ude00",
                    "' OR 1=1 --",
                    "../../etc",
                    "REJECT",
                    "USD_MICROCENTS",
                    "CREDITS",
                    "2026-03-02T00:00:00Z",
                    "+999999999-01-01T00:00:00Z",
                    "-999999999-01-01T00:00:00Z",
                    "x".repeat(5_000));

    private static final List<String> PARAMETERS =
            List.of(
                    "tenant",
                    "agent",
                    "limit",
                    "cursor",
                    "status",
                    "sort_by",
                    "sort_dir",
                    "include",
                    "event_type",
                    "category",
                    "scope",
                    "correlation_id",
                    "none");

    private static final List<String> TIMES =
            List.of("from", "to", "finalized_from", "finalized_to", "expires_from", "expires_to");

    @TempDir Path directory;

    private final Random random = new Random(SEED);
    private final JsonMapper mapper = new JsonMapper();
    private final JsonNodeFactory make = JsonNodeFactory.instance;
    private final List<String> reservations = new ArrayList<>(List.of("no-such", "%ff", "a%2Fb"));

    @Test
    void hostileExchanges_areRefusedInTheProtocolsWay_andMoveNothing() throws Exception {
        Map<String, Integer> answers = new TreeMap<>();
        try (CyclesServer server = CyclesServer.start(directory, TENANTS)) {
            Authority authority = server.server().authority();
            JournalCount journal = new JournalCount(authority.journal());
            for (int i = 0; i < REQUESTS; i++) {
                boolean reads = oneIn(5);
                String path = reads ? readPath() : writePath();
                byte[] body = reads ? new byte[0] : body(path);
                Entries entries = journal.entries();
                List<Object> before = balances(authority);
                String told = "request %d of seed %d: %s".formatted(i, SEED, path);

                Reply reply = server.send(request(server, path, reads, body));

                answers.merge(reply.status() / 100 + "xx", 1, Integer::sum);
                check(reply, told);
                List<Object> after = balances(authority);
                Entries more = journal.entries();
                // A reservation that ran out meanwhile has moved them, too.
                if (reply.status() >= 400 && more.byClock() == entries.byClock()) {
                    assertThat(after).as(told).isEqualTo(before);
                }
                if (reads || (reply.status() >= 400 && reply.status() != 409)) {
                    assertThat(more.asked()).as(told).isEqualTo(entries.asked());
                }
                if (reply.status() == 200 && path.equals("/v1/reservations") && !reads) {
                    reservations.add(reply.text("reservation_id"));
                }
            }
        }
        // The generator reaches both sides of the door.
        assertThat(answers.get("2xx")).isGreaterThan(REQUESTS / 20);
        assertThat(answers.get("4xx")).isGreaterThan(REQUESTS / 2);
    }

    private static void check(Reply reply, String told) {
        assertThat(reply.status()).as(told).isLessThan(500);
        assertThat(reply.header("X-Request-Id")).as(told).isNotEmpty();
        assertThat(reply.header("X-Cycles-Trace-Id")).as(told).hasSize(32);
        if (reply.status() == 414) {
            // Refused before anybody could tell what it asks: the error of all.
            assertThat(reply.text("error")).as(told).isEqualTo("INVALID_REQUEST");
            return;
        }
        if (reply.status() >= 400) {
            StrictBody.error(reply.json());
            assertThat(reply.body()).as(told).doesNotContain("Exception", "dev.bursar", "java.");
        }
    }

    private static List<Object> balances(Authority authority) {
        List<Object> balances = new ArrayList<>();
        for (Budget budget : authority.budgets()) {
            balances.addAll(authority.balances(budget.id(), 10));
        }
        return balances;
    }

    private HttpRequest.Builder request(
            CyclesServer server, String path, boolean reads, byte[] body) {
        HttpRequest.Builder request = server.request(path);
        String secret =
                switch (random.nextInt(12)) {
                    case 0 -> CyclesServer.OTHER;
                    case 1 -> CyclesServer.ADMIN;
                    case 2 -> "wrong";
                    default -> CyclesServer.KEY;
                };
        request.header("X-Cycles-API-Key", secret);
        request.header("Content-Type", oneIn(20) ? "text/plain" : "application/json");
        if (oneIn(20)) {
            request.header("X-Idempotency-Key", oneIn(2) ? "k" : "x".repeat(300));
        }
        if (oneIn(20)) {
            request.header("X-Request-Id", "r".repeat(oneIn(4) ? 40_000 : random.nextInt(400)));
        }
        if (oneIn(20)) {
            request.header("traceparent", "00-zz-" + random.nextInt());
        }
        if (oneIn(20)) {
            request.header("X-Cycles-Trace-Id", "A".repeat(random.nextInt(40)));
        }
        String method = reads ? "GET" : "POST";
        if (oneIn(30)) {
            method = List.of("PUT", "DELETE", "PATCH", "GET", "POST").get(random.nextInt(5));
        }
        return request.method(method, BodyPublishers.ofByteArray(body));
    }

    private String writePath() {
        String id = reservations.get(random.nextInt(reservations.size()));
        return switch (random.nextInt(9)) {
            case 0 -> "/v1/decide";
            case 1, 2, 3 -> "/v1/reservations";
            case 4 -> "/v1/reservations/" + id + "/commit";
            case 5 -> "/v1/reservations/" + id + "/release";
            case 6 -> "/v1/reservations/" + id + "/extend";
            case 7 -> "/v1/events";
            default -> "/v1/reservations/" + id + "/" + encoded(text());
        };
    }

    private String readPath() {
        String path =
                switch (random.nextInt(5)) {
                    case 0 -> "/v1/reservations";
                    case 1 -> "/v1/reservations/" + encoded(text());
                    case 2 -> "/v1/balances";
                    case 3 -> "/v1/events";
                    default -> "/v1/auth/introspect";
                };
        StringBuilder query = new StringBuilder("?tenant=acme");
        for (int i = random.nextInt(3); i > 0; i--) {
            List<String> names = oneIn(2) ? TIMES : PARAMETERS;
            query.append('&').append(names.get(random.nextInt(names.size()))).append('=');
            query.append(oneIn(10) ? "%ff" : oneIn(3) ? "-1" : encoded(text()));
        }
        return path + query;
    }

    private byte[] body(String path) {
        int which =
                path.endsWith("/commit")
                        ? 2
                        : path.endsWith("/release")
                                ? 3
                                : path.endsWith("/extend") ? 4 : path.endsWith("events") ? 1 : 0;
        String template = BODIES.get(oneIn(20) ? random.nextInt(BODIES.size()) : which);
        ObjectNode body = (ObjectNode) mapper.readTree(template);
        // Sometimes a key that was used before, with the same or with another payload.
        body.put("idempotency_key", "k" + random.nextInt(oneIn(4) ? 20 : 1_000_000));
        if (path.equals("/v1/decide")) {
            body.remove(List.of("ttl_ms", "grace_period_ms", "overage_policy", "dry_run"));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            spoil(body, 0);
        }
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(30)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> "{\"a\":".repeat(20_000).getBytes(StandardCharsets.UTF_8);
            case 2 -> "[".repeat(2_000).getBytes(StandardCharsets.UTF_8);
            case 3 -> new byte[oneIn(4) ? 2_000_000 : 0];
            case 4 -> (body + "" + body).getBytes(StandardCharsets.UTF_8);
            case 5 -> {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                yield bytes;
            }
            default -> bytes;
        };
    }

    /// Changes, removes or adds one field, somewhere.
    private void spoil(ObjectNode object, int depth) {
        List<String> names = List.copyOf(object.propertyNames());
        if (names.isEmpty() || oneIn(8)) {
            object.set(oneIn(2) ? "no_such_field" : text(), anything());
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        if (object.get(name) instanceof ObjectNode inner && depth < 3 && !oneIn(4)) {
            spoil(inner, depth + 1);
        } else if (oneIn(5)) {
            object.remove(name);
        } else {
            object.set(name, anything());
        }
    }

    private JsonNode anything() {
        return switch (random.nextInt(11)) {
            case 0 -> make.nullNode();
            case 1 -> make.numberNode(Long.MIN_VALUE);
            case 2 -> make.numberNode(Long.MAX_VALUE);
            case 3 -> make.numberNode(1.5e300);
            case 4 -> make.booleanNode(true);
            case 5 -> make.objectNode().put(text(), 1);
            case 6 -> {
                ArrayNode array = make.arrayNode();
                for (int i = oneIn(10) ? 20_000 : 2; i > 0; i--) {
                    array.add(text().length());
                }
                yield array;
            }
            case 7 -> make.numberNode(random.nextInt(1_000));
            default -> make.stringNode(text());
        };
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
