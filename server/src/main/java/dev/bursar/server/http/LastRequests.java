package dev.bursar.server.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;

/// Tells the server library that a request is the last of its connection, where `close` is one of several
/// options in `Connection` (RFC 9112, section 9.6). The library looks for a header that has only that, and
/// then closes with the last byte of the answer.
@Sharable
final class LastRequests extends ChannelInboundHandlerAdapter {

    static final LastRequests HANDLER = new LastRequests();

    private LastRequests() {}

    /// Looks at each request of a connection before the library does.
    static void watch(HttpConnection connection) {
        ChannelHandlerContext library = ((HttpServerConnection) connection).channelHandlerContext();
        library.pipeline().addBefore(library.name(), "last-requests", HANDLER);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request && wantsClose(request.headers())) {
            // One more, because the others name what may not be sent on.
            request.headers().add(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        context.fireChannelRead(message);
    }

    private static boolean wantsClose(HttpHeaders headers) {
        for (String header : headers.getAll(HttpHeaderNames.CONNECTION)) {
            for (String option : header.split(",", -1)) {
                if (option.strip().equalsIgnoreCase("close")) {
                    return true;
                }
            }
        }
        return false;
    }
}
