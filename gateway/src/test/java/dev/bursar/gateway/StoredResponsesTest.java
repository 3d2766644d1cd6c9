package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What clients ask of responses that were made before.
class StoredResponsesTest {

    private static final String PATH = "/v1/responses";
    private static final String ID = "resp_1";
    private static final String PLAIN = FakeResponses.REQUEST.replace(",\"background\":true", "");

    @TempDir private Path data;
    private House house;
    private final FakeResponses responses = new FakeResponses();

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.budget("all", Unit.USD_MICROCENTS, 1_000_000_000);
        responses.first = "completed";
        house.provider.script(responses);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private HttpResponse<String> ask(String key, String method, String path) throws Exception {
        return house.send(
                HttpRequest.newBuilder(house.uri(path))
                        .timeout(Duration.ofSeconds(30))
                        .header("Authorization", "Bearer " + key)
                        .method(method, HttpRequest.BodyPublishers.noBody()));
    }

    private static JsonNode error(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body()).path("error");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/responses/resp_1, /v1/responses/resp_1",
        "GET, /v1/responses/resp_1?include=x&include=y, /v1/responses/resp_1?include=x&include=y",
        "GET, /openai/v1/responses/resp_1, /v1/responses/resp_1",
        "GET, /v1/responses/resp_1/input_items?limit=2, /v1/responses/resp_1/input_items?limit=2",
        "POST, /v1/responses/resp_1/cancel, /v1/responses/resp_1/cancel",
        "POST, /openai/v1/responses/resp_1/cancel, /v1/responses/resp_1/cancel",
        "DELETE, /v1/responses/resp_1, /v1/responses/resp_1",
    })
    void response_ofTheTenant_isPassedOnAndNeverCharged(String method, String path, String asked)
            throws Exception {
        assertThat(house.post(PATH, PLAIN).statusCode()).isEqualTo(200);
        List<Entry> before = house.entries();
        HttpResponse<String> answer = ask(House.KEY, method, path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains(ID);
        assertThat(answer.headers().firstValue("X-Bursar-Call")).isPresent();
        assertThat(answer.headers().firstValue("X-Bursar-Cost")).isEmpty();
        FakeProvider.Received received = house.provider.received.getLast();
        assertThat(received.method()).isEqualTo(method);
        assertThat(received.uri()).isEqualTo(asked);
        assertThat(received.headers().get("authorization")).isEqualTo("Bearer sk-provider");
        assertThat(house.entries()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/responses/resp_1",
        "GET, /v1/responses/resp_1/input_items",
        "POST, /v1/responses/resp_1/cancel",
        "DELETE, /v1/responses/resp_1",
    })
    void response_ofAnotherTenant_isNotThere(String method, String path) throws Exception {
        house.post(PATH, PLAIN);
        HttpResponse<String> answer = ask(House.OTHER_KEY, method, path);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(error(answer).path("code").asString()).isEqualTo("not_found");
        assertThat(error(answer).path("type").asString()).isEqualTo("invalid_request_error");
        assertThat(house.provider.received).hasSize(1);
        assertThat(ask("nobody", method, path).statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/responses/resp_2",
                "/v1/responses/",
                "/v1/responses/..",
                "/v1/responses/resp_1/",
                "/v1/responses/resp_1/nothing",
                "/v1/responses/resp_1%2F..",
                "/v1/responses/compact",
            })
    void response_thatNobodyMadeHere_isNotThere(String path) throws Exception {
        house.post(PATH, PLAIN);
        HttpResponse<String> answer = ask(House.KEY, "GET", path);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(error(answer).path("code").asString()).isEqualTo("not_found");
        assertThat(house.provider.received).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|/v1/responses/resp_1|GET, DELETE",
                "GET|/v1/responses/resp_1/cancel|POST",
                "DELETE|/v1/responses/resp_1/input_items|GET",
                "GET|/v1/responses/input_tokens|POST",
                "GET|/v1/responses|POST",
                "PUT|/openai/v1/responses/resp_1|GET, DELETE",
            })
    void method_thatIsNotServed_isToldTheOnesThatAre(String method, String path, String allow)
            throws Exception {
        HttpResponse<String> answer = ask(House.KEY, method, path);
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).hasValue(allow);
        assertThat(error(answer).path("code").asString()).isEqualTo("method_not_allowed");
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void compaction_isNotServed() throws Exception {
        assertThat(house.post(PATH + "/compact", PLAIN).statusCode()).isEqualTo(404);
        assertThat(house.provider.received).isEmpty();
    }

    @Test
    void response_thatWasNotKept_isNotThere() throws Exception {
        house.post(PATH, PLAIN.replace("}", ",\"store\":false}"));
        assertThat(ask(House.KEY, "GET", PATH + "/" + ID).statusCode()).isEqualTo(404);
        house.post(PATH, PLAIN.replace("}", ",\"store\":null}"));
        assertThat(ask(House.KEY, "GET", PATH + "/resp_2").statusCode()).isEqualTo(200);
    }

    @Test
    void stream_isThereFromItsFirstEvent() throws Exception {
        responses.end(ID, "in_progress", null);
        house.provider.script(answer -> {
            if (PATH.equals(answer.request().path())) {
                answer.stream().write(FakeResponses.created(ID));
            } else {
                responses.answer(answer);
            }
        });
        RawClient client =
                new RawClient(house.uri(PATH)).send(RawClient.request(PATH, FakeResponses.STREAM));
        client.readUntil("in_progress");
        assertThat(ask(House.KEY, "GET", PATH + "/" + ID).statusCode()).isEqualTo(200);
        assertThat(ask(House.KEY, "POST", PATH + "/" + ID + "/cancel").statusCode()).isEqualTo(200);
        client.close();
        assertThat(house.committed().attribution().labels()).containsEntry("status", "cancelled");
    }

    @Test
    void stream_sentOnceMore_isNotChargedAgain() throws Exception {
        responses.first = "queued";
        house.post(PATH, FakeResponses.REQUEST);
        responses.end(ID, "completed", FakeResponses.USAGE);
        Entry.Committed paid = house.committed();
        String end =
                "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\","
                        + "\"status\":\"completed\",\"usage\":"
                        + FakeResponses.USAGE
                        + "}}\n\n";
        String stream = FakeResponses.created(ID) + FakeResponses.delta("Hello!") + end;
        house.provider.script(answer -> answer.stream().write(stream).end());
        for (int time = 0; time < 3; time++) {
            HttpResponse<String> answer =
                    ask(House.KEY, "GET", PATH + "/" + ID + "?stream=true&starting_after=0");
            assertThat(answer.body()).isEqualTo(stream);
            assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
        }
        assertThat(house.provider.received.getLast().uri())
                .isEqualTo("/v1/responses/resp_1?stream=true&starting_after=0");
        assertThat(house.entries(Entry.Committed.class)).containsExactly(paid);
        assertThat(house.entries(Entry.Reserved.class)).hasSize(1);
        assertThat(house.held()).isZero();
    }

    @Test
    void provider_thatFails_isToldAsItIs() throws Exception {
        house.post(PATH, PLAIN);
        house.provider.script(answer -> answer.json(429, Map.of("retry-after", "7"), "{\"no\":1}"));
        HttpResponse<String> answer = ask(House.KEY, "GET", PATH + "/" + ID);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).isEqualTo("{\"no\":1}");
        assertThat(answer.headers().firstValue("retry-after")).hasValue("7");
        house.provider.script(FakeProvider.Answer::reset);
        assertThat(ask(House.KEY, "GET", PATH + "/" + ID).statusCode()).isEqualTo(502);
    }

    @ParameterizedTest
    @ValueSource(strings = {PATH, PATH + "/input_tokens"})
    void previousResponse_ofAnotherTenant_isRefused(String path) throws Exception {
        house.post(PATH, PLAIN);
        String next = PLAIN.replace("}", ",\"previous_response_id\":\"resp_1\"}");
        HttpResponse<String> refused =
                house.send(
                        HttpRequest.newBuilder(house.uri(path))
                                .header("Authorization", "Bearer " + House.OTHER_KEY)
                                .POST(HttpRequest.BodyPublishers.ofString(next)));
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(error(refused).path("param").asString()).isEqualTo("previous_response_id");
        assertThat(house.provider.received).hasSize(1);
        assertThat(house.entries(Entry.Reserved.class)).hasSize(1);
        assertThat(house.post(PATH, next).statusCode()).as("its own").isEqualTo(200);
        assertThat(house.post(PATH, next.replace("resp_1", "resp_before")).statusCode())
                .as("not known here")
                .isEqualTo(200);
    }

    @Test
    void response_isAskedForWithTheKeyItWasMadeWith() throws Exception {
        keys(ProviderKey.of("a", "sk-a"), ProviderKey.of("b", "sk-b"));
        Map<String, String> madeWith = new TreeMap<>();
        for (int run = 1; run <= 12; run++) {
            house.send(house.request(PATH, PLAIN).header("X-Bursar-Run", "r" + run));
            madeWith.put("resp_" + run, lastKey());
        }
        assertThat(madeWith.values()).contains("Bearer sk-a", "Bearer sk-b");
        for (Map.Entry<String, String> made : madeWith.entrySet()) {
            ask(House.KEY, "GET", PATH + "/" + made.getKey());
            assertThat(lastKey()).isEqualTo(made.getValue());
        }
        keys(ProviderKey.of("c", "sk-c"));
        ask(House.KEY, "GET", PATH + "/" + ID);
        assertThat(lastKey()).isEqualTo("Bearer sk-c");
    }

    @Test
    void response_madeWithAKeyOfTheClients_isNotAskedForWithOneOfTheHouse() throws Exception {
        house.send(own("sk-own").POST(HttpRequest.BodyPublishers.ofString(PLAIN)));
        house.send(
                HttpRequest.newBuilder(house.uri(PATH + "/" + ID))
                        .header("X-Bursar-Key", House.KEY)
                        .header("Authorization", "Bearer sk-own"));
        assertThat(lastKey()).isEqualTo("Bearer sk-own");
        ask(House.KEY, "GET", PATH + "/" + ID);
        assertThat(house.provider.received.getLast().headers().contains("authorization")).isFalse();
    }

    private HttpRequest.Builder own(String key) {
        return HttpRequest.newBuilder(house.uri(PATH))
                .header("X-Bursar-Key", House.KEY)
                .header("Authorization", "Bearer " + key);
    }

    @Test
    void counting_isFree() throws Exception {
        house.provider.script(answer -> answer.json(200, "{\"input_tokens\":9}"));
        for (String path : List.of(PATH + "/input_tokens", "/openai" + PATH + "/input_tokens")) {
            HttpResponse<String> answer = house.post(path, PLAIN);
            assertThat(answer.body()).isEqualTo("{\"input_tokens\":9}");
            assertThat(house.provider.received.getLast().uri())
                    .isEqualTo("/v1/responses/input_tokens");
        }
        assertThat(house.entries(Entry.Reserved.class)).isEmpty();
    }

    @Test
    void response_onAzure_isAskedForWhereItIs() throws Exception {
        GatewaySettings now = house.settings();
        Map<String, ProviderSettings> providers = new TreeMap<>(now.providers());
        providers.put(
                "openai",
                ProviderSettings.of("openai", Dialect.OPENAI, house.provider.uri(""), "sk-azure")
                        .onAzure(new AzureApi("preview", Map.of())));
        house.gateway.reconfigure(House.BOOK, GatewaySettings.of(providers));
        house.provider.script(
                answer -> answer.json(200, "{\"object\":\"response\",\"id\":\"resp_1\"}"));
        house.post(PATH, PLAIN);
        ask(House.KEY, "GET", PATH + "/" + ID + "/input_items?limit=3");
        FakeProvider.Received received = house.provider.received.getLast();
        assertThat(received.uri())
                .isEqualTo("/openai/v1/responses/resp_1/input_items?api-version=preview&limit=3");
        assertThat(received.headers().get("api-key")).isEqualTo("sk-azure");
    }

    private @Nullable String lastKey() {
        return house.provider.received.getLast().headers().get("authorization");
    }

    private void keys(ProviderKey... keys) {
        GatewaySettings now = house.settings();
        Map<String, ProviderSettings> providers = new TreeMap<>(now.providers());
        providers.computeIfPresent("openai", (_, provider) -> provider.withKeys(List.of(keys)));
        house.gateway.reconfigure(House.BOOK, GatewaySettings.of(providers));
    }
}
