package dev.bursar.gateway;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds the events in a stream of bytes that may be split anywhere, also inside a character or a line
/// end (WHATWG server-sent events: lines end in LF, CR or CRLF; a blank line ends an event). Only the
/// `data` of events is kept, its lines joined by LF, up to [#MAX_EVENT_BYTES]; a larger event is passed
/// over. Not thread-safe.
///
/// Nearly every event comes whole and has one line: its data is read where it is, and nothing is kept.
/// Thousands of streams are open at a time, and most of the time between two events.
final class SseScanner implements EventScanner {

    private static final byte[] FIELD = {'d', 'a', 't', 'a', ':'};
    private static final byte[] LINE_FEED = {'\n'};
    private static final byte[] NOTHING = {};

    private final Sink sink;

    /// All data of the event so far, while it is in one place of the bytes that are being taken; else null.
    private byte @Nullable [] whole;

    private int wholeFrom;

    /// All data of the event so far, when it is not.
    private byte[] joined = NOTHING;

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
        int end = takeEvent(bytes, from);
        join();
        return end;
    }

    private int takeEvent(byte[] bytes, int from) {
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
            append(LINE_FEED, 0, 1);
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
        if (!tooLarge && whole != null) {
            sink.event(whole, wholeFrom, length);
        } else if (!tooLarge) {
            sink.event(joined, 0, length);
        }
        whole = null;
        joined = NOTHING;
        length = 0;
        hasData = false;
        tooLarge = false;
    }

    private void append(byte[] bytes, int from, int count) {
        if (tooLarge || length + count > MAX_EVENT_BYTES) {
            tooLarge = true;
            return;
        }
        if (length == 0) {
            whole = bytes;
            wholeFrom = from;
        } else {
            join();
            makeRoom(length + count);
            System.arraycopy(bytes, from, joined, length, count);
        }
        length += count;
    }

    /// What has come of an event goes on in other bytes, or in another place of these.
    private void join() {
        byte[] come = whole;
        if (come != null) {
            whole = null;
            makeRoom(length);
            System.arraycopy(come, wholeFrom, joined, 0, length);
        }
    }

    private void makeRoom(int needed) {
        if (needed > joined.length) {
            joined = Arrays.copyOf(joined, Math.max(needed, 2 * joined.length));
        }
    }

    private static boolean isLineEnd(byte b) {
        return b == '\n' || b == '\r';
    }
}
