package dev.bursar.server.cycles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Requests that cannot be read, and paths that nobody serves: clients of the protocol find its errors.
class UnreadableTest {

    private static final String TENANTS =
            """
            acme:
              keys: [ { name: app, secret: acme-secret } ]
            """;

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static final String PARENT = "traceparent: 00-" + TRACE + "-00f067aa0ba902b7-01\r\n";

    private static final int GIVE_UP_MILLIS = 30_000;

    @TempDir static Path directory;

    private static CyclesServer server;

    @BeforeAll
    static void start() throws IOException {
        server = CyclesServer.start(directory, TENANTS);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// An answer as it came, to the end of its connection.
    private record Raw(String text) {

        static Raw of(String request) throws IOException {
            URI url = URI.create(server.server().url());
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
                socket.setSoTimeout(GIVE_UP_MILLIS);
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                return new Raw(
                        new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
        }

        int status() {
            return Integer.parseInt(text.substring(9, 12));
        }

        String header(String name) {
            Matcher line = Pattern.compile("(?im)^" + name + ": (.*)$").matcher(text);
            return line.find() ? line.group(1) : "";
        }

        JsonNode json() {
            return new JsonMapper().readTree(text.substring(text.indexOf("\r\n\r\n") + 4));
        }

        void hasTheIdsOfItsHeaders() {
            assertThat(json().path("error").asString()).isEqualTo("INVALID_REQUEST");
            assertThat(json().path("message").asString()).isNotEmpty();
            assertThat(header("X-Request-Id")).hasSize(36);
            assertThat(header("X-Cycles-Trace-Id")).matches("[0-9a-f]{32}");
            assertThat(json().path("request_id").asString()).isEqualTo(header("X-Request-Id"));
            assertThat(json().path("trace_id").asString()).isEqualTo(header("X-Cycles-Trace-Id"));
        }
    }

    private static String head(String path, String headers) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/reservations", "/v1/events?a=b", "/v1/reservations/x/commit"})
    void headers_tooLarge_areTheProtocolsErrorOfTheirTrace(String path) throws IOException {
        String headers = PARENT + "x-small: a\r\nx-big: " + "a".repeat(40_000) + "\r\n";
        Raw answer = Raw.of(head(path, headers));

        assertThat(answer.status()).isEqualTo(431);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        StrictBody.error(answer.json());
        answer.hasTheIdsOfItsHeaders();
        assertThat(answer.header("X-Cycles-Trace-Id")).isEqualTo(TRACE);
    }

    @Test
    void header_thatIsNone_isTheProtocolsErrorOfItsTrace() throws IOException {
        Raw answer = Raw.of(head("/v1/decide", PARENT + "no colon\r\n"));

        assertThat(answer.status()).isEqualTo(400);
        StrictBody.error(answer.json());
        answer.hasTheIdsOfItsHeaders();
        assertThat(answer.header("X-Cycles-Trace-Id")).isEqualTo(TRACE);
    }

    /// Whose path it is cannot be told then.
    @ParameterizedTest
    @CsvSource({"414, true", "400, false"})
    void requestLine_thatCannotBeRead_isToldToAll(int status, boolean tooLong) throws IOException {
        String line = tooLong ? head("/v1/balances?a=" + "b".repeat(9_000), "") : "hello\r\n\r\n";

        Raw answer = Raw.of(line);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().path("type").asString())
                .isEqualTo("urn:bursar:problem:unreadable_request");
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.json().path("title").asString()).isNotEmpty();
        answer.hasTheIdsOfItsHeaders();
    }

    @Test
    void headers_tooLarge_elsewhere_areAProblem() throws IOException {
        Raw answer = Raw.of(head("/api/budgets", "x-big: " + "a".repeat(40_000) + "\r\n"));

        assertThat(answer.status()).isEqualTo(431);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().path("status").asInt()).isEqualTo(431);
    }

    /// Whoever sends a key as the protocol does is told in its form where neither it nor a dialect has
    /// anything; everyone else as by the API of OpenAI.
    @ParameterizedTest
    @CsvSource({
        "/v1/reservation, X-Cycles-API-Key, true",
        "/v1/x-vendor/thing, X-Cycles-API-Key, true",
        "/v1/balance, X-Admin-API-Key, true",
        "/v1/reservations/a/b/c, Authorization, true",
        "/v1/decide/more, x-api-key, true",
        "/v1/reservation, Authorization, false",
        "/v1/chat/nothing, X-Cycles-API-Key, false",
        "/v1/models/none, X-Cycles-API-Key, false",
        "/openai/v1/reservation, X-Cycles-API-Key, false",
    })
    void path_thatNobodyServes_isToldInTheFormOfWhoAsks(
            String path, String header, boolean protocols) {
        String key = header.equals("Authorization") ? "Bearer acme-secret" : "acme-secret";
        CyclesServer.Reply reply =
                server.send(
                        server.request(path)
                                .header(header, key)
                                .method("GET", BodyPublishers.noBody()));

        if (protocols) {
            reply.refused(404, "NOT_FOUND");
        } else {
            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.json().path("error").path("message").asString()).isNotEmpty();
        }
    }
}
