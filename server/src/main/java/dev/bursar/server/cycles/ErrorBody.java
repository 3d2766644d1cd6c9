package dev.bursar.server.cycles;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/// An error as the protocol writes it.
final class ErrorBody {

    private ErrorBody() {}

    static Buffer of(CyclesException error, String requestId, String traceId) {
        return Json.object(out -> {
            out.writeStringProperty("error", error.code().name());
            out.writeStringProperty("message", error.message());
            out.writeStringProperty("request_id", requestId);
            out.writeStringProperty("trace_id", traceId);
            if (!error.details().isEmpty()) {
                out.writeObjectPropertyStart("details");
                error.details().forEach((name, value) -> write(out, name, value));
                out.writeEndObject();
            }
        });
    }

    private static void write(JsonGenerator out, String name, Object value) {
        switch (value) {
            case Long number -> out.writeNumberProperty(name, number);
            case List<?> texts -> {
                out.writeArrayPropertyStart(name);
                texts.forEach(text -> out.writeString(text.toString()));
                out.writeEndArray();
            }
            default -> out.writeStringProperty(name, value.toString());
        }
    }
}
