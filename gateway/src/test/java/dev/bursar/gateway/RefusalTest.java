package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Unit;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is refused before anything was decided about the call's money.
class RefusalTest {

    private static final String CHAT = "/v1/chat/completions";

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private static JsonNode error(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body()).path("error");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1, 404, not_found, invalid_request_error",
        "GET, /v1/nothing, 404, not_found, invalid_request_error",
        "POST, /v1/chat/completions/, 404, not_found, invalid_request_error",
        "DELETE, /openai/nothing, 404, not_found, invalid_request_error",
        "GET, /openai/v1/chat/completions, 405, method_not_allowed, invalid_request_error",
        "POST, /anthropic/messages, 404, not_found, not_found_error",
        "POST, /v1/messages/nothing, 404, not_found, not_found_error",
        "PUT, /v1/messages, 405, method_not_allowed, invalid_request_error",
        "GET, /anthropic/v1/messages, 405, method_not_allowed, invalid_request_error",
    })
    void path_unknownOrOfAnotherMethod_isToldInItsDialect(
            String method, String path, int status, String code, String type) throws Exception {
        HttpResponse<String> answer =
                house.send(
                        HttpRequest.newBuilder(house.uri(path))
                                .method(method, HttpRequest.BodyPublishers.ofString("{}")));
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(answer.headers().firstValue("X-Bursar-Decision")).isEmpty();
        assertThat(answer.headers().firstValue("Allow").isPresent()).isEqualTo(status == 405);
        assertThat(error(answer).path("code").asString()).isEqualTo(code);
        assertThat(error(answer).path("type").asString()).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1betax/models", "/v1x", "/openaix", "/anthropi", "/api/budgets", "/"})
    void path_ofOthers_isNotTheGateways(String path) throws Exception {
        HttpResponse<String> answer = house.send(HttpRequest.newBuilder(house.uri(path)).GET());
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "identity, gzip"})
    void body_compressed_isRefused(String encoding) throws Exception {
        for (String path : new String[] {CHAT, "/v1/messages"}) {
            HttpResponse<String> answer =
                    house.send(
                            house.request(path, Samples.CHAT).header("Content-Encoding", encoding));
            assertThat(answer.statusCode()).isEqualTo(415);
            assertThat(answer.headers().firstValue("Accept-Encoding")).hasValue("identity");
            assertThat(error(answer).path("code").asString()).isEqualTo("unsupported_encoding");
            assertThat(error(answer).path("message").asString()).startsWith("Content-Encoding: ");
        }
        assertThat(house.entries()).isEmpty();
    }

    @Test
    void body_encodedAsItIs_isTaken() throws Exception {
        assertThat(
                        house.send(
                                        house.request(CHAT, Samples.CHAT)
                                                .header("Content-Encoding", "Identity"))
                                .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model\":7}|400",
                "{\"model\":\"house-model\",\"messages\":[{\"role\":\"user\",\"content\":5}]}|400",
            })
    void decision_whereNoneWasMade_isAbsent(String body, int status) throws Exception {
        HttpResponse<String> answer = house.post(CHAT, body);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("X-Bursar-Decision")).isEmpty();
        assertThat(house.entries()).isEmpty();
        house.budget("none", Unit.CALLS, 0);
        assertThat(house.post(CHAT, Samples.CHAT).headers().firstValue("X-Bursar-Decision"))
                .hasValue("deny");
    }

    @Test
    void header_inUtf8_isReadAsUtf8() throws Exception {
        String body = Samples.CHAT;
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(
                    RawClient.head(
                                    CHAT,
                                    "X-Bursar-User: Jürgen",
                                    "X-Bursar-Tags: city=Köln,mood=🙂",
                                    "Content-Length: " + body.length())
                            + body);
            client.readUntil(Samples.CHAT_ANSWER);
        }
        assertThat(house.committed().subject().get("user")).isEqualTo("Jürgen");
        assertThat(house.committed().subject().get("tag.city")).isEqualTo("Köln");
        assertThat(house.committed().subject().get("tag.mood")).isEqualTo("🙂");
    }

    @Test
    void header_inNoUtf8_isNamed() throws Exception {
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.sendLatin1(
                    RawClient.head(CHAT, "X-Bursar-User: J\u00fcrgen", "Content-Length: 0"));
            assertThat(client.readUntil("not UTF-8"))
                    .startsWith("HTTP/1.1 400")
                    .contains("X-Bursar-User: is");
        }
        assertThat(house.entries()).isEmpty();
    }

    @Test
    void connection_namingHeadersTwice_keepsAllOfThemFromTheProvider() throws Exception {
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(
                    RawClient.head(
                                    CHAT,
                                    "Connection: keep-alive",
                                    "Connection: X-Hop , x-hop-2",
                                    "X-Hop: 1",
                                    "X-Hop-2: 2",
                                    "X-End: 3",
                                    "Content-Length: " + Samples.CHAT.length())
                            + Samples.CHAT);
            client.readUntil(Samples.CHAT_ANSWER);
        }
        var headers = house.provider.received.getFirst().headers();
        assertThat(headers.get("x-end")).isEqualTo("3");
        assertThat(headers.get("x-hop")).isNull();
        assertThat(headers.get("x-hop-2")).isNull();
    }

    @Test
    void body_arrivingAfterTheClose_isRefused() throws Exception {
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(RawClient.head(CHAT, "Content-Length: " + Samples.CHAT.length()));
            client.send(Samples.CHAT.substring(0, 10));
            House.await(() -> house.bodies.taken() == 10);
            house.gateway.close();
            client.send(Samples.CHAT.substring(10));
            assertThat(client.readUntil("shutting down"))
                    .startsWith("HTTP/1.1 503")
                    .containsIgnoringCase("retry-after: 1");
        }
        assertThat(house.provider.received).isEmpty();
        assertThat(house.gateway.calls()).isZero();
        assertThat(house.bodies.taken()).isZero();
    }
}
