package dev.bursar.gateway;

import dev.bursar.gateway.eventstream.Frame;
import dev.bursar.gateway.eventstream.FrameReader;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;

/// Finds the events in a stream of binary frames, as Bedrock sends it. Each is handed on as an object with
/// one field, which is named by the type of the event: `{"messageStop":{"stopReason":"end_turn"}}`. A
/// frame above [#MAX_EVENT_BYTES] is passed over. Not thread-safe.
final class FrameScanner implements EventScanner {

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.#-]{0,99}");

    private final Sink sink;
    private final FrameReader frames = new FrameReader(MAX_EVENT_BYTES, this::frame);

    FrameScanner(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void feed(byte[] bytes) {
        frames.feed(bytes);
    }

    @Override
    public boolean betweenEvents() {
        return frames.isBetweenFrames();
    }

    @Override
    public boolean isBroken() {
        return frames.isBroken();
    }

    @Override
    public long unreadBytes() {
        return frames.unreadBytes();
    }

    @Override
    public void finish() {}

    private void frame(Frame frame) {
        switch (frame.kind()) {
            case EVENT, EXCEPTION -> {
                if (NAME.matcher(frame.type()).matches()) {
                    event(frame.type(), frame.payload());
                }
            }
            case ERROR -> event(ConverseReader.ERROR, error(frame));
        }
    }

    /// Of an error all is in the headers.
    private static byte[] error(Frame frame) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.generator(out)) {
            json.writeStartObject();
            json.writeStringProperty(
                    "message", new String(frame.payload(), StandardCharsets.UTF_8));
            json.writeStringProperty("code", frame.type());
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private void event(String name, byte[] payload) {
        ByteArrayOutputStream json = new ByteArrayOutputStream(payload.length + name.length() + 8);
        json.writeBytes(("{\"" + name + "\":").getBytes(StandardCharsets.US_ASCII));
        json.writeBytes(payload.length == 0 ? new byte[] {'{', '}'} : payload);
        json.write('}');
        byte[] object = json.toByteArray();
        sink.event(object, 0, object.length);
    }
}
