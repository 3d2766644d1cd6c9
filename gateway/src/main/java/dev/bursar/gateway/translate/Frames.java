package dev.bursar.gateway.translate;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The bytes of a stream: server-sent events, or one long array of objects. Not thread-safe.
final class Frames {

    private final boolean array;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private boolean begun;

    Frames(boolean array) {
        this.array = array;
    }

    /// @param name of the event, or null for one without
    void event(@Nullable String name, JsonNode data) {
        event(name, Trees.bytes(data));
    }

    void event(@Nullable String name, byte[] json) {
        if (array) {
            write(begun ? ",\n" : "[");
            begun = true;
            out.writeBytes(json);
            return;
        }
        if (name != null) {
            write("event: " + name + "\n");
        }
        write("data: ");
        out.writeBytes(json);
        write("\n\n");
    }

    /// The mark of the end of a chat.
    void done() {
        write("data: [DONE]\n\n");
    }

    /// Nothing follows.
    void close() {
        if (array) {
            write(begun ? "]" : "[]");
        }
    }

    /// What was written since it was called last.
    byte[] take() {
        byte[] bytes = out.toByteArray();
        out.reset();
        return bytes;
    }

    private void write(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
