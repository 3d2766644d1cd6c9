package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is still there of a call while its answer streams, which may take minutes.
class OpenStreamTest {

    private static final String CHAT = "/v1/chat/completions";

    @TempDir private Path data;

    @Test
    void stream_open_hasLetGoOfTheHeadersOfBothSides() throws Exception {
        House house = new House(data);
        try {
            house.provider.script(answer -> answer.stream().write(Samples.CHAT_DELTA_1));
            RequestOptions options =
                    new RequestOptions()
                            .setMethod(HttpMethod.POST)
                            .setAbsoluteURI(house.provider.uri(CHAT).toString())
                            .setHeaders(MultiMap.caseInsensitiveMultiMap().add("x-sent", "yes"));
            CompletableFuture<HttpServerRequest> begun = new CompletableFuture<>();
            HttpServer server =
                    house.vertx
                            .createHttpServer()
                            .requestHandler(request -> {
                                begun.complete(request);
                                exchange(house, new Client(house.vertx, request))
                                        .start(options, Buffer.buffer(Samples.CHAT_STREAM));
                            })
                            .listen(0, "127.0.0.1")
                            .await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            try (RawClient client =
                    new RawClient(URI.create("http://127.0.0.1:" + server.actualPort()))) {
                client.send(RawClient.request(CHAT, Samples.CHAT_STREAM));
                assertThat(client.readUntil(Samples.CHAT_DELTA_1))
                        .contains("text/event-stream", "x-told: yes");
                assertThat(house.provider.received.getFirst().headers().get("x-sent"))
                        .isEqualTo("yes");
                assertThat(begun.join().headers()).isEmpty();
                assertThat(options.getHeaders()).isNull();
                House.await(() -> begun.join().response().headers().isEmpty());
            }
            server.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            house.close();
        }
    }

    private static Exchange exchange(House house, Client client) {
        return new Exchange(
                house.vertx,
                new Upstream(house.vertx),
                client,
                ProviderSettings.of("openai", Dialect.OPENAI, house.provider.uri("/v1"), null),
                new GatewaySettings.ClientGone.Cancel(),
                Map.of("x-told", "yes"),
                new Relay(AnswerReader.of(Operation.CHAT), false),
                null);
    }
}
