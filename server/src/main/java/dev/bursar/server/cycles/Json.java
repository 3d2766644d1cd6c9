package dev.bursar.server.cycles;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Unit;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes bodies of answers.
final class Json {

    private static final JsonFactory FACTORY = new JsonFactory();

    private static final int USUAL_BYTES = 512;

    private Json() {}

    /// @param fields writes what is in the object
    static Buffer object(Consumer<JsonGenerator> fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
        try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject();
            fields.accept(out);
            out.writeEndObject();
        }
        return Buffer.buffer(bytes.toByteArray());
    }

    static void amount(JsonGenerator out, String name, Unit unit, long amount) {
        out.writeObjectPropertyStart(name);
        out.writeStringProperty("unit", unit.name());
        out.writeNumberProperty("amount", amount);
        out.writeEndObject();
    }

    /// The one amount of a request of this protocol.
    static void amount(JsonGenerator out, String name, Amounts amounts) {
        amount(out, name, amounts.unit(0), amounts.value(0));
    }

    /// A property that is JSON already.
    ///
    /// @param json null to leave it out
    static void raw(JsonGenerator out, String name, @Nullable String json) {
        if (json != null) {
            out.writeName(name);
            out.writeRawValue(json);
        }
    }
}
