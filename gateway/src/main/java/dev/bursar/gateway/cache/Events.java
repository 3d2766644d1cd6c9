package dev.bursar.gateway.cache;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Streams of events whose data are JSON objects, read and written whole.
final class Events {

    private static final String DATA = "data:";
    private static final String DONE = "[DONE]";

    private Events() {}

    /// The objects of a stream in their order, without the mark of its end; empty when there is anything
    /// else in it.
    static Optional<List<ObjectNode>> read(byte[] stream) {
        List<ObjectNode> objects = new ArrayList<>();
        StringBuilder data = new StringBuilder();
        for (String line : new String(stream, StandardCharsets.UTF_8).split("\r\n|\r|\n", -1)) {
            if (line.startsWith(DATA)) {
                data.append(data.isEmpty() ? "" : "\n").append(line.substring(DATA.length()));
            } else if (line.isEmpty() && !data.isEmpty()) {
                String whole = data.toString().strip();
                data.setLength(0);
                if (!whole.equals(DONE)) {
                    Optional<ObjectNode> object =
                            Trees.object(whole.getBytes(StandardCharsets.UTF_8));
                    if (object.isEmpty()) {
                        return Optional.empty();
                    }
                    objects.add(object.get());
                }
            }
        }
        return data.isEmpty() ? Optional.of(objects) : Optional.empty();
    }

    /// Writes a stream.
    static final class Writer {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        /// @param name of the event, or null for one without
        Writer event(@Nullable String name, JsonNode data) {
            if (name != null) {
                out.writeBytes(utf8("event: " + name + "\n"));
            }
            out.writeBytes(utf8(DATA + " "));
            out.writeBytes(Trees.bytes(data));
            out.writeBytes(utf8("\n\n"));
            return this;
        }

        Writer done() {
            out.writeBytes(utf8(DATA + " " + DONE + "\n\n"));
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private static byte[] utf8(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }
}
