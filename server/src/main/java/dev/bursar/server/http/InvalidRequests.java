package dev.bursar.server.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Answers what cannot be read as a request, and ends its connection.
///
/// The answer says that the connection ends, or a client would keep it and lose its next request on it. The
/// connection stays for a moment and what still comes on it is thrown away: closed at once, with bytes
/// unread, TCP would reset it and could take the answer away from the client.
final class InvalidRequests implements Handler<HttpServerRequest> {

    private static final Duration LINGER = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final BiFunction<HttpServerRequest, HttpResponseStatus, Buffer> told;

    /// @param told gives the body of an answer, and sets its headers
    InvalidRequests(Vertx vertx, BiFunction<HttpServerRequest, HttpResponseStatus, Buffer> told) {
        this.vertx = vertx;
        this.told = told;
    }

    @Override
    public void handle(HttpServerRequest request) {
        HttpResponseStatus status = status(request.decoderResult().cause());
        Buffer body = told.apply(request, status);
        HttpServerResponse response = request.response();
        response.setStatusCode(status.code())
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()))
                .write(body);
        // For the client the answer is whole; ending it closes the connection.
        vertx.setTimer(LINGER.toMillis(), timer -> response.end());
    }

    private static HttpResponseStatus status(@Nullable Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException e -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
            case TooLongHttpHeaderException e -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
            case null, default -> HttpResponseStatus.BAD_REQUEST;
        };
    }
}
