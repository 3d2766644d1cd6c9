package dev.bursar.server.cycles;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// Collects a body of JSON within its bound. Whoever sends one forever is cut off by the guard of
/// connections.
final class BodyReader {

    static final int MAX_BYTES = 64 * 1024;

    private BodyReader() {}

    /// @param whole receives the body, once, unless the client hangs up before its end
    /// @param refused learns what is wrong with it instead
    static void read(
            HttpServerRequest request, Consumer<byte[]> whole, Consumer<CyclesException> refused) {
        Buffer body = Buffer.buffer();
        boolean[] over = {false};
        request.handler(chunk -> {
            if (over[0]) {
                return;
            }
            if (body.length() + chunk.length() > MAX_BYTES) {
                over[0] = true;
                refused.accept(tooLarge());
            } else {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(_ -> {
            if (!over[0]) {
                whole.accept(body.getBytes());
            }
        });
    }

    /// Throws the body away.
    static void discard(HttpServerRequest request) {
        request.handler(_ -> {});
        request.endHandler(_ -> {});
    }

    /// @throws CyclesException with status 413 for a body that says that it is too large, 415 for one
    ///     that does not say that it is JSON: every client of the protocol says so
    static void requireJson(HttpServerRequest request) {
        String type = request.getHeader("content-type");
        if (type == null || !isJson(type.toLowerCase(Locale.ROOT))) {
            throw unsupported("the body must be application/json in UTF-8");
        }
        String encoding = request.getHeader("content-encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw unsupported("the body must not be encoded");
        }
        String length = request.getHeader("content-length");
        if (length != null && (length.length() > 9 || Integer.parseInt(length) > MAX_BYTES)) {
            throw tooLarge();
        }
    }

    private static boolean isJson(String type) {
        String[] parts = type.split(";", -1);
        if (!parts[0].strip().equals("application/json")) {
            return false;
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].replace("\"", "").strip();
            if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
                return false;
            }
        }
        return true;
    }

    private static CyclesException tooLarge() {
        return new CyclesException(
                413,
                ErrorCode.INVALID_REQUEST,
                "the body is larger than " + MAX_BYTES + " bytes",
                Map.of(),
                Map.of());
    }

    private static CyclesException unsupported(String message) {
        return new CyclesException(415, ErrorCode.INVALID_REQUEST, message, Map.of(), Map.of());
    }
}
