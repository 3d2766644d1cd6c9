package dev.bursar.gateway;

import dev.bursar.gateway.eventstream.FrameWriter;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a stream's bytes pass through: it reads along and, when the client did not ask for usage, takes
/// the extra chunk out again. Everything else goes on as it came. Not thread-safe.
///
/// While a chunk may have to be taken out, bytes of an unfinished event wait for the rest of it, up to
/// [#MAX_WAITING_BYTES]: no client can use half an event, and the chunk in question is small.
final class Relay {

    static final int MAX_WAITING_BYTES = 16 * 1024;

    private static final Buffer NOTHING = Buffer.buffer();
    private static final String EVENT_STREAM = "text/event-stream";
    private static final String JSON = "application/json";
    private static final String FRAMES = "application/vnd.amazon.eventstream";

    /// The error of a stream of Bedrock that asks for another try.
    private static final String STREAM_ERROR = "modelStreamErrorException";

    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final AnswerReader reader;
    private final boolean hideUsage;
    private final @Nullable Recording recording;
    private final SseScanner events = new SseScanner(this::event);
    private final EventScanner scanner;
    private final String contentType;

    private Buffer waiting = Buffer.buffer();
    private boolean passingOn;

    /// Whether an event ended in the first half of a line end, whose second half belongs to it.
    private boolean endedInCarriageReturn;

    private boolean lastHidden;

    private boolean cutInside;
    private boolean hide;
    private boolean unscanned;
    private long bytes;

    /// A relay of server-sent events.
    ///
    /// @param hideUsage whether the gateway asked for usage on its own account
    Relay(AnswerReader reader, boolean hideUsage) {
        this(reader, hideUsage, null);
    }

    /// @param recording gets a copy of everything, or null
    Relay(AnswerReader reader, boolean hideUsage, @Nullable Recording recording) {
        this.reader = reader;
        this.hideUsage = hideUsage;
        this.recording = recording;
        this.scanner = events;
        this.contentType = EVENT_STREAM;
    }

    private Relay(
            AnswerReader reader,
            String contentType,
            Function<EventScanner.Sink, EventScanner> scanner) {
        this.reader = reader;
        this.hideUsage = false;
        this.recording = null;
        this.scanner = scanner.apply(this::event);
        this.contentType = contentType;
    }

    /// A relay of one long JSON array.
    static Relay ofArray(AnswerReader reader) {
        return new Relay(reader, JSON, JsonArrayScanner::new);
    }

    /// A relay of binary frames.
    static Relay ofFrames(AnswerReader reader) {
        return new Relay(reader, FRAMES, FrameScanner::new);
    }

    /// Whether a good answer with this type of content goes on as it comes.
    boolean streams(@Nullable String answered) {
        return answered != null
                && answered.regionMatches(true, 0, contentType, 0, contentType.length());
    }

    /// An error in the form that a client of this stream understands, after what it has got. Clients of
    /// Gemini overlook events that have a name.
    ///
    /// @param error a JSON object
    Buffer error(Buffer error) {
        if (scanner instanceof JsonArrayScanner array) {
            return Buffer.buffer(array.begun() ? ",\n" : "[").appendBuffer(error).appendString("]");
        }
        if (isOfFrames()) {
            return Buffer.buffer(FrameWriter.exception(STREAM_ERROR, error.getBytes()));
        }
        return Buffer.buffer(cutInside ? "\n\n" : "")
                .appendString(reader instanceof GeminiReader ? "data: " : "event: error\ndata: ")
                .appendBuffer(error)
                .appendString("\n\n");
    }

    /// Whether the events are those of Responses, which have a form of their own for errors.
    boolean isOfResponses() {
        return reader instanceof ResponsesReader;
    }

    /// What follows is no stream of events.
    void unscanned() {
        unscanned = true;
    }

    /// Whether it is a stream of events.
    boolean isStream() {
        return !unscanned;
    }

    /// Whether an error can follow what was passed on: half a frame cannot be left.
    boolean takesError() {
        return isStream() && !(isOfFrames() && cutInside);
    }

    private boolean isOfFrames() {
        return scanner instanceof FrameScanner;
    }

    /// Bytes seen.
    long bytes() {
        return bytes;
    }

    /// Bytes among them that came after a place from which nothing could be read.
    long unreadBytes() {
        return scanner.unreadBytes();
    }

    /// Whether what was passed on ends with a whole event.
    boolean betweenEvents() {
        return hideUsage ? !passingOn && waiting.length() == 0 : scanner.betweenEvents();
    }

    /// Whether the stream is one long array.
    boolean isArray() {
        return scanner instanceof JsonArrayScanner;
    }

    /// Whether the stream ended in the middle of an event that was passed on.
    boolean cutInside() {
        return cutInside;
    }

    /// @return what to send on now
    Buffer pass(Buffer chunk) {
        bytes += chunk.length();
        if (unscanned && !scanner.isBroken()) {
            return chunk;
        }
        byte[] received = chunk.getBytes();
        if (recording != null) {
            recording.add(received);
        }
        if (!hideUsage) {
            scanner.feed(received);
            unscanned = scanner.isBroken();
            return chunk;
        }
        Buffer out = Buffer.buffer(received.length + waiting.length());
        for (int from = 0; from < received.length; ) {
            int to = events.feedEvent(received, from);
            if (endedInCarriageReturn && received[from] == '\n') {
                if (!lastHidden) {
                    out.appendByte(received[from]);
                }
                from++;
            }
            endedInCarriageReturn = false;
            if (to > from) {
                take(received, from, to, out);
            }
            from = to;
        }
        return out;
    }

    /// What is left at the end of the stream.
    Buffer rest() {
        scanner.finish();
        Buffer rest = hide ? NOTHING : waiting;
        waiting = NOTHING;
        return rest;
    }

    /// No more will come.
    void finish() {
        cutInside = hideUsage ? passingOn : !scanner.betweenEvents();
        scanner.finish();
    }

    private void take(byte[] received, int from, int to, Buffer out) {
        boolean complete = scanner.betweenEvents();
        if (complete && hide) {
            hide = false;
            waiting = Buffer.buffer();
            passingOn = false;
            ended(received[to - 1], true);
            return;
        }
        if (!complete && !passingOn) {
            waiting.appendBytes(received, from, to - from);
            if (waiting.length() > MAX_WAITING_BYTES) {
                out.appendBuffer(waiting);
                waiting = Buffer.buffer();
                passingOn = true;
            }
            return;
        }
        out.appendBuffer(waiting).appendBytes(received, from, to - from);
        waiting = Buffer.buffer();
        passingOn &= !complete;
        if (complete) {
            ended(received[to - 1], false);
        }
    }

    private void ended(byte last, boolean hidden) {
        endedInCarriageReturn = last == '\r';
        lastHidden = hidden;
    }

    private void event(byte[] data, int length) {
        if (isDone(data, length)) {
            reader.finish();
            return;
        }
        boolean usageOnly = reader.read(data, 0, length);
        hide = usageOnly && hideUsage && !passingOn;
    }

    private static boolean isDone(byte[] data, int length) {
        return length == DONE.length && Arrays.equals(data, 0, length, DONE, 0, length);
    }
}
