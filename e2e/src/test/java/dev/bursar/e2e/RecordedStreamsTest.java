package dev.bursar.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// What real providers have sent reaches the client byte for byte, however the network cuts it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecordedStreamsTest {

    private static final long SEED = 20_261_121;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Vertx vertx = Vertx.vertx();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private HttpServer upstream;
    private Bursar bursar;
    private byte[] next = {};
    private String nextType = "";

    @BeforeAll
    void start(@TempDir Path home) {
        upstream =
                vertx.createHttpServer()
                        .requestHandler(request ->
                                request.body().onSuccess(body -> answer(request.response())))
                        .listen(0, "127.0.0.1")
                        .await();
        String url = "http://127.0.0.1:" + upstream.actualPort();
        bursar = Bursar.serve(home, Setup.of(url + "/v1", url));
    }

    @AfterAll
    void stop() {
        bursar.close();
        vertx.close().await();
    }

    @Test
    void everyRecordedStream_passesByteForByte() {
        List<Path> recordings = recordings(".chunks.txt");
        for (Path recording : recordings) {
            boolean anthropic = recording.getFileName().toString().startsWith("anthropic");
            nextType = "text/event-stream";
            next = stream(recording, anthropic);
            assertThat(call(anthropic, true)).as("%s, seed %d", recording, SEED).isEqualTo(next);
        }
        assertThat(recordings).hasSizeGreaterThan(20);
    }

    @Test
    void everyRecordedAnswer_passesByteForByte() {
        List<Path> recordings = recordings(".json");
        for (Path recording : recordings) {
            boolean anthropic = recording.getFileName().toString().startsWith("anthropic");
            nextType = "application/json";
            next = bytes(recording);
            assertThat(call(anthropic, false)).as("%s, seed %d", recording, SEED).isEqualTo(next);
        }
        assertThat(recordings).hasSizeGreaterThan(20);
    }

    /// A stream of our own, for where the recordings are not: comments, CRLF, events in two lines, text
    /// outside ASCII.
    @Test
    void unusualStream_passesByteForByte() {
        nextType = "text/event-stream; charset=utf-8";
        next =
                (": ping\r\n\r\ndata: {\"choices\":[{\"index\":0,\ndata: \"delta\":{\"content\":"
                                + "\"Grüße 👋 日本\"}}]}\n\nevent: x\nid: 7\ndata:{}\n\n"
                                + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,"
                                + "\"completion_tokens\":4,\"total_tokens\":7}}\n\ndata: [DONE]\n\n")
                        .getBytes(StandardCharsets.UTF_8);

        assertThat(call(false, true)).isEqualTo(next);
    }

    private byte[] call(boolean anthropic, boolean stream) {
        String body =
                """
                {"model":"%s","max_tokens":1000,"stream":%b%s,
                 "messages":[{"role":"user","content":"Hello"}]}\
                """
                        .formatted(
                                anthropic ? "claude-sonnet-4-5" : "gpt-4o-mini",
                                stream,
                                stream && !anthropic
                                        ? ",\"stream_options\":{\"include_usage\":true}"
                                        : "");
        try (Wire wire = new Wire(bursar.port())) {
            wire.post(
                    anthropic ? "/v1/messages" : "/v1/chat/completions",
                    body.getBytes(StandardCharsets.UTF_8));
            String head = wire.readHead();
            assertThat(head).startsWith("http/1.1 200");
            return wire.readBody(head);
        }
    }

    /// Sends what is next, cut anywhere.
    private void answer(HttpServerResponse response) {
        response.putHeader("Content-Type", nextType).setChunked(true);
        for (int at = 0; at < next.length; ) {
            int end = Math.min(next.length, at + 1 + random.nextInt(400));
            response.write(Buffer.buffer(Arrays.copyOfRange(next, at, end)));
            at = end;
        }
        response.end();
    }

    private static byte[] stream(Path recording, boolean anthropic) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (String line : new String(bytes(recording), StandardCharsets.UTF_8).split("\n", -1)) {
            if (!line.isBlank()) {
                String type = JSON.readTree(line).path("type").asString("");
                String event = anthropic && !type.isEmpty() ? "event: " + type + "\n" : "";
                stream.writeBytes(
                        (event + "data: " + line + "\n\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        if (!anthropic) {
            stream.writeBytes("data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII));
        }
        return stream.toByteArray();
    }

    private static List<Path> recordings(String ending) {
        Path folder = Shared.data().resolve("fixtures/sse");
        assumeTrue(Files.isDirectory(folder), "no recordings at " + folder);
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
