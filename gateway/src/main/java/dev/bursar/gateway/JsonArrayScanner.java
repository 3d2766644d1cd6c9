package dev.bursar.gateway;

import java.util.Arrays;

/// Finds the objects in a stream that is one long JSON array, as Gemini sends it unless it is asked for
/// server-sent events. An object above [#MAX_EVENT_BYTES] is passed over. Not thread-safe.
final class JsonArrayScanner implements EventScanner {

    private static final int LEAST_BYTES = 512;

    private final Sink sink;

    /// Made when the first object begins.
    private byte[] object = {};

    private int length;

    /// Of braces and brackets, inside the array.
    private int depth;

    private boolean started;
    private boolean ended;
    private boolean inString;
    private boolean escaped;

    JsonArrayScanner(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void feed(byte[] bytes) {
        for (byte b : bytes) {
            take(b);
        }
    }

    /// Also before the array and after it.
    @Override
    public boolean betweenEvents() {
        return depth == 0;
    }

    /// Whether the closing bracket of the array was seen.
    boolean complete() {
        return ended;
    }

    /// Whether an object was seen, so that the next one needs a comma before it.
    boolean begun() {
        return started;
    }

    @Override
    public void finish() {}

    private void take(byte b) {
        if (inString) {
            keep(b);
            if (escaped) {
                escaped = false;
            } else if (b == '\\') {
                escaped = true;
            } else if (b == '"') {
                inString = false;
            }
            return;
        }
        switch (b) {
            case '{' -> {
                depth++;
                started = true;
                keep(b);
            }
            case '}' -> {
                keep(b);
                depth = Math.max(0, depth - 1);
                if (depth == 0) {
                    dispatch();
                }
            }
            case '[', ']' -> {
                if (depth > 0) {
                    keep(b);
                } else {
                    ended = b == ']';
                }
            }
            case '"' -> {
                inString = depth > 0;
                keep(b);
            }
            default -> keep(b);
        }
    }

    private void keep(byte b) {
        if (depth == 0 || length > MAX_EVENT_BYTES) {
            return;
        }
        if (length == object.length) {
            object = Arrays.copyOf(object, Math.max(LEAST_BYTES, 2 * object.length));
        }
        object[length++] = b;
    }

    private void dispatch() {
        if (length <= MAX_EVENT_BYTES) {
            sink.event(object, 0, length);
        }
        length = 0;
    }
}
