package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.cache.CacheRule;
import dev.bursar.gateway.cache.CacheRule.Temperature;
import dev.bursar.gateway.cache.CacheSettings;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A gateway that keeps answers of two tenants, in every dialect.
@Timeout(120)
abstract class WithCachedAnswers {

    static final String RESPONSE =
            """
            {"id":"resp_1","object":"response","status":"completed","model":"house-model-2026",\
            "output":[{"type":"message","id":"msg_1","role":"assistant","status":"completed",\
            "content":[{"type":"output_text","text":"Hello!","annotations":[]}]}],\
            "usage":{"input_tokens":40,"output_tokens":20,"total_tokens":60}}\
            """;

    static final String RESPONSES =
            "{\"model\":\"house-model\",\"store\":false,%s\"input\":\"Say hello\"}";

    static final String GENERATED =
            """
            {"candidates":[{"content":{"parts":[{"text":"Hello!"}],"role":"model"},\
            "finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":40,\
            "candidatesTokenCount":20,"totalTokenCount":60},"modelVersion":"house-model-2026"}\
            """;

    static final String GEMINI = "/v1beta/models/house-model:";

    /// A stream as a provider sends it.
    record Streamed(String path, String body, String contentType, String stream) {}

    @TempDir private Path data;
    House house;
    BudgetId usd;
    CacheSettings caches = CacheSettings.OFF;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        usd = house.budget("usd", Unit.USD_MICROCENTS, 1_000_000_000);
        caches = caches(CacheSettings.DEFAULT_BYTES, Duration.ofSeconds(20), "acme", "other");
        house.gateway.reconfigure(House.BOOK, house.settings().withCaches(caches));
    }

    /// Settings that keep for ten minutes whatever names no temperature and calls no tools.
    ///
    /// @param wait for an answer to an equal question that is open
    static CacheSettings caches(long bytes, Duration wait, String... tenants) {
        CacheRule rule =
                new CacheRule(
                        new TreeMap<>(),
                        Duration.ofMinutes(10),
                        Temperature.UNSET,
                        false,
                        wait,
                        null);
        SortedMap<String, CacheSettings.Tenant> keeping = new TreeMap<>();
        for (String tenant : tenants) {
            keeping.put(tenant, new CacheSettings.Tenant(List.of(rule), null));
        }
        return new CacheSettings(bytes, 1_000, 100, keeping);
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    void answers(String json) {
        house.provider.script(answer -> answer.json(200, json));
    }

    void streams(String contentType, String text) {
        Buffer bytes = Buffer.buffer(text.getBytes(StandardCharsets.ISO_8859_1));
        house.provider.script(answer -> {
            answer.begin(contentType).response().write(bytes);
            answer.end();
        });
    }

    /// The body byte by byte, as frames are no text.
    HttpResponse<String> ask(String path, String body) throws Exception {
        return house.http.send(
                house.request(path, body).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
    }

    static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("none");
    }

    static void assertCached(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "X-Bursar-Decision")).isEqualTo("cached");
        assertThat(header(answer, "X-Bursar-Cost")).isEqualTo("0");
    }

    static Streamed generated() {
        return new Streamed(
                GEMINI + "streamGenerateContent?alt=sse",
                Samples.GENERATE,
                "text/event-stream",
                "data: "
                        + GENERATED
                                .replace("Hello!", "Hel")
                                .replace("\"finishReason\":\"STOP\",", "")
                        + "\r\n\r\ndata: "
                        + GENERATED.replace("Hello!", "lo!")
                        + "\r\n\r\n");
    }

    static Streamed array() {
        return new Streamed(
                GEMINI + "streamGenerateContent",
                Samples.GENERATE,
                "application/json",
                "[" + GENERATED + "\n]\n");
    }
}
