package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExchangesTest {

    @TempDir private Path data;

    @Test
    void exchange_thatTheLoopDoesNotTake_isNotRunning() throws Exception {
        House house = new House(data);
        try {
            Vertx closed = Vertx.vertx();
            CompletableFuture<HttpServerRequest> asked = new CompletableFuture<>();
            URI at =
                    URI.create(
                            "http://127.0.0.1:"
                                    + house.vertx
                                            .createHttpServer()
                                            .requestHandler(asked::complete)
                                            .listen(0, "127.0.0.1")
                                            .await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                            .actualPort());
            try (RawClient raw = new RawClient(at)) {
                raw.send(RawClient.request("/v1/chat/completions", Samples.CHAT));
                Client client = new Client(closed, asked.join());
                closed.close().await(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                Exchange exchange =
                        new Exchange(
                                house.vertx,
                                new Upstream(house.vertx),
                                client,
                                ProviderSettings.of("openai", Dialect.OPENAI, at, null),
                                new GatewaySettings.ClientGone.Cancel(),
                                Map.of(),
                                new Relay(AnswerReader.of(Operation.CHAT), false),
                                null);
                Exchanges exchanges = new Exchanges();
                assertThatThrownBy(() ->
                                exchanges.begin(
                                        client, exchange, new RequestOptions(), Buffer.buffer()))
                        .isInstanceOf(RejectedExecutionException.class);
                assertThatCode(exchanges::abort).doesNotThrowAnyException();
            }
        } finally {
            house.close();
        }
    }
}
