package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.AuthoritySettings;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bodies that arrive slowly, and together are more than the gateway holds.
class UploadTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final int MOST = 2_000;

    private static final String BODY =
            Samples.CHAT.replace("Say hello", "x".repeat(1_000 - Samples.CHAT.length() + 9));

    @TempDir private Path data;
    private House house;

    @BeforeEach
    void open() throws Exception {
        house = new House(data, new BodyBytes(MOST), AuthoritySettings.DEFAULT);
        house.provider.script(answer -> answer.json(200, Samples.CHAT_ANSWER));
    }

    @AfterEach
    void close() throws Exception {
        house.close();
    }

    /// A client that has sent 900 of its 1,000 bytes.
    private RawClient slow(int others) throws Exception {
        RawClient client = new RawClient(house.uri("/"));
        client.send(RawClient.head(CHAT, "Content-Length: " + BODY.length()));
        client.send(BODY.substring(0, 900));
        awaitTaken(900L * (others + 1));
        return client;
    }

    /// A client may have its answer a moment before the gateway has given its bytes back.
    private void awaitTaken(long bytes) throws Exception {
        House.await(() -> house.bodies.taken() == bytes);
    }

    @Test
    void uploads_moreThanTheBoundTogether_areToldToComeBack() throws Exception {
        assertThat(BODY).hasSize(1_000);
        try (RawClient first = slow(0);
                RawClient second = slow(1)) {
            HttpResponse<String> third = house.post(CHAT, BODY);
            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(third.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(third.body()).contains("\"overloaded\"");
            awaitTaken(1_800);
            assertThat(house.post(CHAT, Samples.CHAT).statusCode()).isEqualTo(200);
            awaitTaken(1_800);

            first.send(BODY.substring(900));
            first.readUntil(Samples.CHAT_ANSWER);
            awaitTaken(900);
            assertThat(house.post(CHAT, BODY).statusCode()).isEqualTo(200);
            awaitTaken(900);
            second.send(BODY.substring(900));
            second.readUntil(Samples.CHAT_ANSWER);
        }
        awaitTaken(0);
    }

    @Test
    void upload_brokenOff_givesItsBytesBack() throws Exception {
        slow(0).reset();
        awaitTaken(0);
    }

    @Test
    void body_ofACallThatIsOpen_counts() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            var _ = go.thenRun(() -> answer.json(200, Samples.CHAT_ANSWER));
        });
        try (RawClient first = new RawClient(house.uri("/"));
                RawClient second = new RawClient(house.uri("/"))) {
            first.send(RawClient.request(CHAT, BODY));
            second.send(RawClient.request(CHAT, BODY));
            House.await(() -> house.provider.received.size() == 2);
            assertThat(house.post(CHAT, Samples.CHAT).statusCode()).isEqualTo(503);
            go.complete(null);
            first.readUntil(Samples.CHAT_ANSWER);
            second.readUntil(Samples.CHAT_ANSWER);
        }
        awaitTaken(0);
    }

    @Test
    void body_largerThanTheBound_isTooLarge() throws Exception {
        HttpResponse<String> answer = house.post(CHAT, "x".repeat(MOST + 1));
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("larger than " + MOST + " bytes");
    }
}
