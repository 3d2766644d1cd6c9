package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.cache.CacheSettings;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Streams that are recorded while they run, in a quarter of the smallest cache: 256 KB.
@Timeout(120)
class CacheRecordingTest {

    private static final String PATH = "/v1/chat/completions";
    private static final String SECOND = Samples.CHAT_STREAM.replace("Say hello", "Say goodbye");
    private static final String END = Samples.CHAT_DELTA_2 + Samples.CHAT_USAGE + Samples.DONE;

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data);
        CacheSettings caches =
                WithCachedAnswers.caches(CacheSettings.LEAST_BYTES, Duration.ofSeconds(20), "acme");
        house.gateway.reconfigure(House.BOOK, house.settings().withCaches(caches));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    private static String delta(int length) {
        return Samples.CHAT_DELTA_1.replace("Hel", "x".repeat(length));
    }

    private long recorded() {
        return house.gateway.cache().recorded().taken();
    }

    private String decision(String body) throws Exception {
        int open = house.gateway.calls();
        HttpResponse<String> answer = house.post(PATH, body);
        House.await(() -> house.gateway.calls() == open);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.headers().firstValue("X-Bursar-Decision").orElse("none");
    }

    @Test
    void streams_moreThanTheBoundTogether_areNotRecorded() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            answer.stream().write(delta(180_000));
            var _ = go.thenRun(() -> answer.write(END).end());
        });
        CompletableFuture<HttpResponse<String>> first =
                house.http.sendAsync(
                        house.request(PATH, Samples.CHAT_STREAM).build(),
                        HttpResponse.BodyHandlers.ofString());
        House.await(() -> recorded() > 180_000);
        house.provider.script(answer -> answer.stream().write(delta(100_000) + END).end());
        assertThat(decision(SECOND)).isEqualTo("allow");
        assertThat(decision(SECOND)).as("had no room to be recorded").isEqualTo("allow");
        go.complete(null);
        assertThat(first.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS).statusCode())
                .isEqualTo(200);
        House.await(() -> recorded() == 0);
        house.awaitEnded();
        assertThat(decision(Samples.CHAT_STREAM)).isEqualTo("cached");
        assertThat(decision(SECOND)).isEqualTo("allow");
        assertThat(decision(SECOND)).isEqualTo("cached");
        assertThat(recorded()).isZero();
    }

    @Test
    void stream_brokenOff_givesItsBytesBack() throws Exception {
        house.provider.script(answer -> answer.stream().write(delta(100_000)));
        try (RawClient client = new RawClient(house.uri("/"))) {
            client.send(RawClient.request(PATH, Samples.CHAT_STREAM));
            House.await(() -> recorded() > 100_000);
            client.reset();
        }
        House.await(() -> recorded() == 0);
    }

    @Test
    void recording_tooLong_isNone() {
        Recording recording = new Recording(10, house.gateway.cache().recorded());
        recording.add(new byte[] {1, 2, 3});
        recording.add(new byte[] {4, 5, 6, 7, 8, 9, 10});
        assertThat(recording.whole()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(recorded()).isEqualTo(10 + 2 * Recording.PIECE_BYTES);
        recording.add(new byte[] {11});
        assertThat(recording.whole()).isNull();
        assertThat(recorded()).isZero();
        recording.add(new byte[] {12});
        recording.close();
        assertThat(recorded()).isZero();
    }
}
