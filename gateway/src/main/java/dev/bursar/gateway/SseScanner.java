package dev.bursar.gateway;

import java.util.Arrays;

/// Finds the events in a stream of bytes that may be split anywhere, also inside a character or a line
/// end (WHATWG server-sent events: lines end in LF, CR or CRLF; a blank line ends an event). Only the
/// `data` of events is kept, its lines joined by LF, up to [#MAX_EVENT_BYTES]; a larger event is passed
/// over. Not thread-safe.
final class SseScanner implements EventScanner {

    private static final byte[] FIELD = {'d', 'a', 't', 'a', ':'};

    private final Sink sink;

    private byte[] data = new byte[1024];
    private int length;
    private boolean hasData;
    private boolean tooLarge;

    /// How many bytes of the current line came before this one, as far as the field's name matters.
    private int column;

    private boolean inData;
    private boolean skipLineFeed;

    SseScanner(Sink sink) {
        this.sink = sink;
    }

    @Override
    public boolean betweenEvents() {
        return column == 0 && !hasData;
    }

    @Override
    public void feed(byte[] bytes) {
        for (int at = 0; at < bytes.length; ) {
            at = feedEvent(bytes, at);
        }
    }

    /// Takes bytes up to the end of the event they are in, or all of them.
    ///
    /// @return where to go on; [#betweenEvents] tells whether an event ended there
    int feedEvent(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length) {
            byte b = bytes[at];
            if (skipLineFeed) {
                skipLineFeed = false;
                if (b == '\n') {
                    at++;
                    continue;
                }
            }
            if (b == '\n' || b == '\r') {
                at++;
                skipLineFeed = b == '\r';
                if (skipLineFeed && at < bytes.length && bytes[at] == '\n') {
                    skipLineFeed = false;
                    at++;
                }
                if (endLine()) {
                    return at;
                }
            } else {
                at = takeLine(bytes, at);
            }
        }
        return at;
    }

    /// The end of the stream ends the last event, too.
    @Override
    public void finish() {
        if (hasData) {
            dispatch();
        }
        column = 0;
    }

    /// @return where the line or the bytes end
    private int takeLine(byte[] bytes, int from) {
        int at = from;
        while (column < FIELD.length && at < bytes.length && !isLineEnd(bytes[at])) {
            if (bytes[at] != FIELD[column]) {
                column = Integer.MAX_VALUE;
                break;
            }
            at++;
            column++;
            if (column == FIELD.length) {
                startData();
            }
        }
        int end = at;
        while (end < bytes.length && !isLineEnd(bytes[end])) {
            end++;
        }
        if (inData && end > at) {
            if (column == FIELD.length) {
                column++;
                at += bytes[at] == ' ' ? 1 : 0;
            }
            append(bytes, at, end - at);
        }
        return end;
    }

    private void startData() {
        inData = true;
        if (hasData) {
            append(new byte[] {'\n'}, 0, 1);
        }
        hasData = true;
    }

    /// @return whether the line was blank, which ends an event
    private boolean endLine() {
        boolean blank = column == 0;
        column = 0;
        inData = false;
        if (blank && hasData) {
            dispatch();
        }
        return blank;
    }

    private void dispatch() {
        if (!tooLarge) {
            sink.event(data, length);
        }
        length = 0;
        hasData = false;
        tooLarge = false;
    }

    private void append(byte[] bytes, int from, int count) {
        if (tooLarge || length + count > MAX_EVENT_BYTES) {
            tooLarge = true;
            return;
        }
        if (length + count > data.length) {
            data = Arrays.copyOf(data, Math.max(length + count, 2 * data.length));
        }
        System.arraycopy(bytes, from, data, length, count);
        length += count;
    }

    private static boolean isLineEnd(byte b) {
        return b == '\n' || b == '\r';
    }
}
