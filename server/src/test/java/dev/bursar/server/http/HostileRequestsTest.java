package dev.bursar.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.JournalCount;
import dev.bursar.server.directory.Role;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Ten thousand requests that a seeded generator makes of the OpenAPI document: wrong types, huge numbers,
/// deep nesting, bad UTF-8, oversize headers, wrong tenants, replayed keys. None is answered with a mistake
/// of ours, and none that is refused changes anything.
class HostileRequestsTest {

    private static final int REQUESTS = Integer.getInteger("bursar.hostile.requests", 10_000);

    private static final long SEED = Long.getLong("bursar.hostile.seed", 20_260_301L);

    /// What makes the readers wait, who may be told so with a 503: it is asked for by those only who may
    /// not have it.
    private static final String REBUILD = "/api/rebuild";

    /// How many of the tokens are the administrator's.
    private static final int ADMINS = 4;

    private static final List<String> TEXTS =
            List.of(
                    "acme",
                    "other",
                    "nobody",
                    "month",
                    "user",
                    "ACME",
                    "a b",
                    "",
                    "../../etc/passwd",
                    "' OR 1=1 --",
                    "\u0000",
                    "\u202e\ud83d\ude00",
                    "<script>alert(1)</script>",
                    "tenant:acme",
                    "tenant:acme/agent:bot",
                    "tenant:acme/agent:bot/agent:bot",
                    "5 USD",
                    "-5 USD",
                    "0.000000001 USD",
                    "1e999 USD",
                    "99999999999999999999999 USD",
                    "9223372036854775808 tokens",
                    "NaN USD",
                    "7 calls",
                    "day",
                    "1m",
                    "9999999999d",
                    "2999-01-01T00:00:00Z",
                    "+999999999-12-31T23:59:59Z",
                    "2001-01-01T00:00:00Z",
                    "Europe/Berlin",
                    "operator",
                    "gateway:call",
                    "x".repeat(5_000));

    @TempDir Path data;

    private final Random random = new Random(SEED);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /// One operation of the document.
    private record Operation(String method, String path, JsonNode described) {}

    @Test
    void hostileRequests_areRefusedAndChangeNothing() throws Exception {
        try (ApiHouse house =
                new ApiHouse(
                        data,
                        """
                        tenants:
                          other: {}
                          acme:
                            budgets:
                              - { name: month, limit: 10 USD, every: month, at: { 100%: approve } }
                              - { name: user, per: [user], limit: 5 USD }
                        """)) {
            house.caughtUp();
            JsonNode document = house.ok("GET", OpenApi.PATH, "");
            List<Operation> operations = operations(document);
            List<String> tokens = tokens(house);
            Map<String, Integer> answers = new TreeMap<>();
            JournalCount journal = new JournalCount(house.authority.journal());
            List<Object> before = state(house, journal);
            for (int i = 0; i < REQUESTS; i++) {
                Operation operation = operations.get(random.nextInt(operations.size()));
                HttpRequest request = request(house, document, operation, tokens);
                String told = "request %d of seed %d: %s".formatted(i, SEED, request);

                int status = status(request, told);

                answers.merge(status / 100 + "xx", 1, Integer::sum);
                assertThat(status).as(told).isLessThan(500);
                if (operation.path().equals(REBUILD)) {
                    assertThat(status).as(told).isGreaterThanOrEqualTo(400);
                }
                List<Object> after = state(house, journal);
                if (status >= 400 || operation.method().equals("GET")) {
                    assertThat(after).as(told).isEqualTo(before);
                }
                before = after;
            }
            // The generator reaches what it is to test: both sides of the door.
            assertThat(answers.get("2xx")).isGreaterThan(REQUESTS / 100);
            assertThat(answers.get("4xx")).isGreaterThan(REQUESTS / 2);
        }
    }

    private static List<Operation> operations(JsonNode document) {
        List<Operation> operations = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path ->
                        path.getValue()
                                .properties()
                                .forEach(operation ->
                                        operations.add(
                                                new Operation(
                                                        operation.getKey().toUpperCase(Locale.ROOT),
                                                        path.getKey(),
                                                        operation.getValue()))));
        return operations;
    }

    private String token(Operation operation, List<String> tokens) {
        int first = operation.path().equals(REBUILD) ? ADMINS : 0;
        return tokens.get(first + random.nextInt(tokens.size() - first));
    }

    /// The administrator's first, and more often than others: what it may do is the most.
    private static List<String> tokens(ApiHouse house) {
        return List.of(
                ApiHouse.TOKEN,
                ApiHouse.TOKEN,
                ApiHouse.TOKEN,
                ApiHouse.TOKEN,
                house.token("of-operator", Role.OPERATOR, null),
                house.token("of-viewer", Role.VIEWER, null),
                house.token("of-other", Role.ADMIN, new TenantId("other")),
                "",
                "wrong");
    }

    private static List<Object> state(ApiHouse house, JournalCount journal) {
        return List.of(
                journal.entries().asked(),
                house.directory.keys(null),
                house.directory.tokens().all(),
                house.directory.tenants(),
                house.directory.untold());
    }

    /// Every request gets an answer: none is lost on a connection that the one before it has ended.
    private int status(HttpRequest request, String told) throws Exception {
        try {
            return told(http.send(request, BodyHandlers.ofString()), told);
        } catch (IOException e) {
            throw new AssertionError(told, e);
        }
    }

    private static int told(HttpResponse<String> answer, String told) {
        if (answer.statusCode() >= 400) {
            assertThat(answer.body()).as(told).doesNotContain("Exception", "dev.bursar", "java.");
        }
        return answer.statusCode();
    }

    private HttpRequest request(
            ApiHouse house, JsonNode document, Operation operation, List<String> tokens) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:"
                                                + house.port()
                                                + path(operation)
                                                + query(document, operation)))
                        .timeout(Duration.ofSeconds(10));
        String token = token(operation, tokens);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (oneIn(12)) {
            request.header("Content-Type", oneIn(2) ? "text/plain" : "application/xml");
        } else {
            request.header("Content-Type", "application/json");
        }
        if (oneIn(4)) {
            request.header("Idempotency-Key", oneIn(8) ? "k".repeat(300) : "k" + random.nextInt(5));
        }
        if (oneIn(60)) {
            request.header("X-Request-Id", "r".repeat(oneIn(2) ? 500 : 40_000));
        }
        if (oneIn(20)) {
            request.header("traceparent", "00-zz-" + random.nextInt());
        }
        String method =
                oneIn(40)
                        ? List.of("PATCH", "DELETE", "PUT", "TRACE").get(random.nextInt(4))
                        : operation.method();
        return request.method(
                        method,
                        method.equals("GET")
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofByteArray(body(document, operation)))
                .build();
    }

    private String path(Operation operation) {
        StringBuilder path = new StringBuilder();
        for (String part : operation.path().split("/", -1)) {
            String value = part;
            if (part.startsWith("{")) {
                value =
                        oneIn(3)
                                ? encoded(text())
                                : part.equals("{tenant}") ? "acme" : oneIn(2) ? "month" : "user";
                value = oneIn(40) ? "%ff%fe" : value;
            }
            path.append('/').append(value);
        }
        return path.substring(1);
    }

    private String query(JsonNode document, Operation operation) {
        StringBuilder query = new StringBuilder("?");
        for (JsonNode written : operation.described().path("parameters")) {
            JsonNode parameter = resolved(document, written);
            if (parameter.path("in").asString().equals("query") && oneIn(4)) {
                query.append(parameter.path("name").asString())
                        .append('=')
                        .append(oneIn(20) ? "%ff" : encoded(text()))
                        .append('&');
            }
        }
        if (oneIn(30)) {
            query.append("no-such=1");
        }
        return query.toString();
    }

    private byte[] body(JsonNode document, Operation operation) {
        JsonNode schema = operation.described().at("/requestBody/content/application~1json/schema");
        String sound = value(document, resolved(document, schema), 0).toString();
        byte[] bytes = sound.getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(24)) {
            case 0 -> Arrays.copyOf(bytes, bytes.length / 2);
            case 1 -> "{\"a\":".repeat(50_000).getBytes(StandardCharsets.UTF_8);
            case 2 -> "[".repeat(2_000).getBytes(StandardCharsets.UTF_8);
            case 3 -> new byte[] {'{', '"', (byte) 0xff, (byte) 0xc0, '"', ':', '1', '}'};
            case 4 -> (sound + sound).getBytes(StandardCharsets.UTF_8);
            case 5 -> "{\"reason\":\"x\",\"reason\":\"y\"}".getBytes(StandardCharsets.UTF_8);
            case 6 -> new byte[oneIn(8) ? 2_000_000 : 0];
            case 7 -> ("1" + "0".repeat(3_000)).getBytes(StandardCharsets.UTF_8);
            case 8 -> {
                byte[] flipped = bytes.clone();
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
            default -> bytes;
        };
    }

    /// A value of a schema, or of none.
    private JsonNode value(JsonNode document, JsonNode written, int depth) {
        JsonNode schema = resolved(document, written);
        JsonNodeFactory make = JsonNodeFactory.instance;
        if (oneIn(10) || depth > 6) {
            return anything(depth);
        }
        if (schema.has("enum")) {
            return schema.path("enum").get(random.nextInt(schema.path("enum").size()));
        }
        JsonNode type = schema.path("type");
        String one =
                (type.isArray() ? type.get(random.nextInt(type.size())) : type).asString("any");
        return switch (one) {
            case "object" -> {
                ObjectNode object = make.objectNode();
                for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
                    if (!oneIn(4)) {
                        object.set(field.getKey(), value(document, field.getValue(), depth + 1));
                    }
                }
                if (schema.path("additionalProperties").isObject() && oneIn(2)) {
                    object.set(oneIn(2) ? "user" : text(), make.stringNode(text()));
                }
                if (oneIn(15)) {
                    object.put("no_such_field", 1);
                }
                yield object;
            }
            case "array" -> {
                ArrayNode array = make.arrayNode();
                int size = oneIn(50) ? 20_000 : random.nextInt(3);
                for (int i = 0; i < size; i++) {
                    array.add(value(document, schema.path("items"), depth + 1));
                }
                yield array;
            }
            case "boolean" -> make.booleanNode(random.nextBoolean());
            case "integer", "number" -> make.numberNode(random.nextLong());
            case "null" -> make.nullNode();
            default -> make.stringNode(oneIn(3) ? "n" + random.nextInt(1_000) : text());
        };
    }

    private JsonNode anything(int depth) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        return switch (random.nextInt(7)) {
            case 0 -> make.nullNode();
            case 1 -> make.numberNode(Long.MIN_VALUE);
            case 2 -> make.numberNode(Double.MAX_VALUE);
            case 3 -> make.booleanNode(true);
            case 4 -> make.stringNode(text());
            case 5 -> make.arrayNode().add(depth > 6 ? make.nullNode() : anything(depth + 1));
            default -> make.objectNode().put(text(), 1);
        };
    }

    private static JsonNode resolved(JsonNode document, JsonNode written) {
        JsonNode reference = written.path("$ref");
        return reference.isMissingNode()
                ? written
                : resolved(document, document.at(reference.asString().substring(1)));
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
