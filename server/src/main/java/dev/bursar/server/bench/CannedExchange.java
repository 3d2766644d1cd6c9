package dev.bursar.server.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The requests and answers of a bench: chat completions, all bytes made beforehand.
final class CannedExchange {

    /// Events of a streamed answer, `[DONE]` among them.
    static final int EVENTS = 20;

    /// How many different runs, and so different requests, the load goes through.
    private static final int RUNS = 1_024;

    private static final int PROMPT_CHARACTERS = 1_900;

    private static final String USAGE =
            """
            {"prompt_tokens":412,"completion_tokens":180,"total_tokens":592,\
            "prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},\
            "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}\
            """;

    private static final String STREAM_HEAD =
            """
            HTTP/1.1 200 OK
            Content-Type: text/event-stream
            Transfer-Encoding: chunked

            """
                    .replace("\n", "\r\n");

    private final byte[] payload;
    private final List<ByteBuffer> writes;

    private CannedExchange(byte[] payload, List<ByteBuffer> writes) {
        this.payload = payload;
        this.writes = writes;
    }

    /// What the caller must get, without the framing of HTTP. Not to be changed.
    byte[] payload() {
        return payload;
    }

    /// The answer as the provider sends it, one write each.
    List<ByteBuffer> writes() {
        return writes;
    }

    /// About 1.1 KB of JSON, sent in one write.
    static CannedExchange whole() {
        String json =
                """
                {"id":"chatcmpl-bench","object":"chat.completion","created":1795219200,\
                "model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant",\
                "content":"%s","refusal":null},"logprobs":null,"finish_reason":"stop"}],\
                "usage":%s,"system_fingerprint":"fp_bench"}\
                """
                        .formatted(words(640), USAGE);
        byte[] payload = bytes(json);
        String head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                        + payload.length
                        + "\r\n\r\n";
        return new CannedExchange(payload, List.of(direct(bytes(head + json))));
    }

    /// 20 events of about 230 bytes, usage in the 19th, each sent in a write of its own.
    static CannedExchange streamed() {
        String delta =
                """
                [{"index":0,"delta":{"content":"%s"},"logprobs":null,"finish_reason":null}]\
                """
                        .formatted(words(40));
        List<String> events = new ArrayList<>();
        for (int i = 0; i < EVENTS - 2; i++) {
            events.add(event(delta, "null"));
        }
        events.add(event("[]", USAGE));
        events.add("data: [DONE]\n\n");
        List<ByteBuffer> writes = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            String size = Integer.toHexString(events.get(i).length());
            String chunk = size + "\r\n" + events.get(i) + "\r\n";
            String start = i == 0 ? STREAM_HEAD : "";
            String end = i == EVENTS - 1 ? "0\r\n\r\n" : "";
            writes.add(direct(bytes(start + chunk + end)));
        }
        return new CannedExchange(bytes(String.join("", events)), writes);
    }

    /// Requests of about 2.1 KB of body, each of a run of its own.
    static List<ByteBuffer> requests(boolean stream, String key) {
        return requests("gpt-4o-mini", stream, key);
    }

    /// The same, of another model.
    static List<ByteBuffer> requests(String model, boolean stream, String key) {
        String body =
                """
                {"model":"%s","max_tokens":400,%s"messages":[\
                {"role":"system","content":"You answer questions about orders."},\
                {"role":"user","content":"%s"}]}\
                """
                        .formatted(
                                model,
                                stream
                                        ? "\"stream\":true,"
                                                + "\"stream_options\":{\"include_usage\":true},"
                                        : "",
                                words(PROMPT_CHARACTERS));
        return IntStream.range(0, RUNS).mapToObj(i -> request(i, key, body)).toList();
    }

    private static ByteBuffer request(int i, String key, String body) {
        String head =
                """
                POST /v1/chat/completions HTTP/1.1
                Host: 127.0.0.1
                Authorization: Bearer %s
                Content-Type: application/json
                X-Bursar-Run: run-%d
                X-Bursar-User: user-%d
                X-Bursar-Team: team-%d
                X-Bursar-Workflow: workflow-%d
                X-Bursar-Release: r1
                Content-Length: %d

                """
                        .formatted(key, i, i % 100, i % 10, i % 3, body.length())
                        .replace("\n", "\r\n");
        return direct(bytes(head + body));
    }

    private static String event(String choices, String usage) {
        return ("data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
                + "\"created\":1795219200,\"model\":\"gpt-4o-mini\",\"choices\":"
                + choices
                + ",\"usage\":"
                + usage
                + "}\n\n");
    }

    private static String words(int characters) {
        return "the agent read the order and asked once more "
                .repeat(characters / 45 + 1)
                .substring(0, characters);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
