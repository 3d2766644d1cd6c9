package dev.bursar.server.cycles;

import io.vertx.core.buffer.Buffer;
import java.util.Map;

/// A whole answer.
///
/// @param headers beside those that all answers have
record Answer(int status, Buffer body, Map<String, String> headers) {

    static Answer of(int status, Buffer body) {
        return new Answer(status, body, Map.of());
    }
}
