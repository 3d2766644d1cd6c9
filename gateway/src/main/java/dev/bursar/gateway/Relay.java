package dev.bursar.gateway;

import dev.bursar.gateway.eventstream.FrameWriter;
import dev.bursar.gateway.translate.StreamTranslation;
import dev.bursar.pricing.TokenUsage;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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

    /// What lines of an event begin with, a comment last.
    private static final List<String> FIELDS = List.of("data:", "event:", "id:", "retry:", ":");

    private static final int LONGEST_FIELD = 6;

    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final AnswerReader reader;
    private final boolean hideUsage;
    private final @Nullable Recording recording;

    /// What makes another stream of this one, or null.
    private final @Nullable StreamTranslation translation;

    private final EventScanner scanner;
    private final String contentType;

    /// Made when something has to wait.
    private @Nullable Buffer waiting;

    private boolean passingOn;

    /// Whether an event ended in the first half of a line end, whose second half belongs to it.
    private boolean endedInCarriageReturn;

    private boolean lastHidden;

    private boolean cutInside;
    private boolean complete;
    private boolean hide;
    private boolean unscanned;
    private boolean unreadable;
    private long bytes;

    /// A relay of server-sent events.
    ///
    /// @param hideUsage whether the gateway asked for usage on its own account
    Relay(AnswerReader reader, boolean hideUsage) {
        this(reader, hideUsage, null);
    }

    /// @param recording gets a copy of everything, hidden usage included, or null
    Relay(AnswerReader reader, boolean hideUsage, @Nullable Recording recording) {
        this.reader = reader;
        this.hideUsage = hideUsage;
        this.recording = recording;
        this.translation = null;
        this.scanner = new SseScanner(this::event);
        this.contentType = EVENT_STREAM;
    }

    private Relay(
            AnswerReader reader,
            @Nullable StreamTranslation translation,
            @Nullable Recording recording,
            String contentType,
            Function<EventScanner.Sink, EventScanner> scanner) {
        this.reader = reader;
        this.hideUsage = false;
        this.recording = recording;
        this.translation = translation;
        this.scanner = scanner.apply(this::event);
        this.contentType = contentType;
    }

    /// A relay of one long JSON array.
    ///
    /// @param recording gets a copy of everything, or null
    static Relay ofArray(AnswerReader reader, @Nullable Recording recording) {
        return new Relay(reader, null, recording, JSON, JsonArrayScanner::new);
    }

    /// A relay of binary frames.
    ///
    /// @param recording gets a copy of everything, or null
    static Relay ofFrames(AnswerReader reader, @Nullable Recording recording) {
        return new Relay(reader, null, recording, FRAMES, FrameScanner::new);
    }

    /// A relay that makes another dialect's stream of this one.
    ///
    /// @param reader of the provider's dialect
    /// @param frames whether the provider sends binary frames, else events
    /// @param recording gets a copy of what is made, or null
    static Relay translating(
            AnswerReader reader,
            StreamTranslation translation,
            boolean frames,
            @Nullable Recording recording) {
        return frames
                ? new Relay(reader, translation, recording, FRAMES, FrameScanner::new)
                : new Relay(reader, translation, recording, EVENT_STREAM, SseScanner::new);
    }

    /// Whether a good answer with this type of content goes on as it comes.
    boolean streams(@Nullable String answered) {
        return answered != null
                && answered.regionMatches(true, 0, contentType, 0, contentType.length());
    }

    /// Whether a good answer is a stream of events by how it begins, whatever type of content its provider says it
    /// has: no JSON begins so.
    boolean isBegunBy(Buffer first) {
        if (!(scanner instanceof SseScanner)) {
            return false;
        }
        String start = first.getString(0, Math.min(first.length(), LONGEST_FIELD));
        return FIELDS.stream().anyMatch(start::startsWith);
    }

    /// An error in the form that a client of this stream understands, after what it has got. Clients of
    /// Gemini overlook events that have a name.
    ///
    /// @param error a JSON object
    Buffer error(Buffer error) {
        if (translation != null) {
            return Buffer.buffer(translation.error(error.getBytes()));
        }
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

    /// The end of a translated stream that the gateway stops.
    ///
    /// @param usage that is charged
    Buffer stop(TokenUsage usage) {
        return Buffer.buffer(Objects.requireNonNull(translation).stop(usage));
    }

    /// Whether what the client gets is another dialect's, so that nothing can pass that was not read.
    boolean translates() {
        return translation != null;
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
        return isStream() && (translation != null || !(isOfFrames() && cutInside));
    }

    /// Of a relay that may have to take a chunk out.
    private SseScanner events() {
        return (SseScanner) scanner;
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
        if (translation != null) {
            return true;
        }
        return hideUsage ? !passingOn && waiting == null : scanner.betweenEvents();
    }

    /// Whether what was passed on is a whole stream, whatever its connection does afterwards.
    boolean isWhole() {
        return isStream() && reader.isOver() && betweenEvents();
    }

    /// Whether the stream is one long array.
    boolean isArray() {
        return scanner instanceof JsonArrayScanner;
    }

    /// Whether the stream has ended, and where one of its kind may end.
    boolean isComplete() {
        return complete;
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
        if (translation != null) {
            scanner.feed(received);
            return recorded(taken());
        }
        if (recording != null) {
            recording.add(received);
        }
        if (!hideUsage) {
            scanner.feed(received);
            unscanned = scanner.isBroken();
            return chunk;
        }
        Buffer out = Buffer.buffer(received.length + (waiting == null ? 0 : waiting.length()));
        for (int from = 0; from < received.length; ) {
            int to = events().feedEvent(received, from);
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
        complete =
                scanner.betweenEvents()
                        && (!(scanner instanceof JsonArrayScanner array) || array.complete());
        scanner.finish();
        if (translation != null) {
            return recorded(taken().appendBytes(translation.end()));
        }
        Buffer rest = taken();
        return hide ? NOTHING : rest;
    }

    /// What has waited, or what the translation has made so far.
    private Buffer taken() {
        Buffer taken = waiting();
        waiting = null;
        return taken;
    }

    private Buffer waiting() {
        Buffer begun = waiting;
        if (begun == null) {
            begun = Buffer.buffer();
            waiting = begun;
        }
        return begun;
    }

    private Buffer recorded(Buffer made) {
        if (recording != null) {
            recording.add(made.getBytes());
        }
        return made;
    }

    /// No more will come.
    void finish() {
        // Half an event is nothing for the client: what is still to say was said by #rest.
        unreadable = true;
        cutInside = hideUsage ? passingOn : !scanner.betweenEvents();
        scanner.finish();
    }

    private void take(byte[] received, int from, int to, Buffer out) {
        boolean complete = scanner.betweenEvents();
        if (complete && hide) {
            hide = false;
            waiting = null;
            passingOn = false;
            ended(received[to - 1], true);
            return;
        }
        if (!complete && !passingOn) {
            if (waiting().appendBytes(received, from, to - from).length() > MAX_WAITING_BYTES) {
                out.appendBuffer(taken());
                passingOn = true;
            }
            return;
        }
        if (waiting != null) {
            out.appendBuffer(taken());
        }
        out.appendBytes(received, from, to - from);
        passingOn &= !complete;
        if (complete) {
            ended(received[to - 1], false);
        }
    }

    private void ended(byte last, boolean hidden) {
        endedInCarriageReturn = last == '\r';
        lastHidden = hidden;
    }

    private void event(byte[] data, int from, int length) {
        if (isDone(data, from, length)) {
            reader.finish();
            return;
        }
        boolean usageOnly = reader.read(data, from, length);
        if (translation != null) {
            translate(translation, data, from, length);
            return;
        }
        hide = usageOnly && hideUsage && !passingOn;
    }

    /// Nothing is read any more after what could not be. A frame is an object whose one field says what it
    /// is: see [FrameScanner].
    private void translate(StreamTranslation into, byte[] data, int from, int length) {
        if (unreadable) {
            return;
        }
        unreadable = true;
        if (isOfFrames()) {
            int colon = from;
            while (data[colon] != ':') {
                colon++;
            }
            String type = new String(data, from + 2, colon - from - 3, StandardCharsets.US_ASCII);
            int end = from + length - 1;
            waiting().appendBytes(into.event(type, data, colon + 1, end - colon - 1));
        } else {
            waiting().appendBytes(into.event("", data, from, length));
        }
        unreadable = false;
    }

    private static boolean isDone(byte[] data, int from, int length) {
        return Arrays.equals(data, from, from + length, DONE, 0, DONE.length);
    }
}
