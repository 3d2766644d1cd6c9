package dev.bursar.gateway.breaker;

import java.util.Arrays;

/// The bytes of a JSON string without its escapes: however it was spelled, the same text has the same
/// bytes. Reused from string to string.
final class Spelling {

    private static final int HEX_DIGITS = 4;

    private final byte[] body;
    private byte[] text = new byte[1_024];
    private int length;

    /// After the closing quote of the string that was read last.
    int end;

    Spelling(byte[] body) {
        this.body = body;
    }

    /// @param from after the opening quote
    long hash(int from) {
        length = 0;
        int plain = from;
        int stop = Hash.stop(body, plain);
        while (body[stop] == '\\') {
            append(plain, stop);
            plain = escape(stop + 1);
            stop = Hash.stop(body, plain);
        }
        append(plain, stop);
        end = stop + 1;
        return Hash.of(text, 0, length);
    }

    /// @param at of the letter after the backslash
    private int escape(int at) {
        switch (body[at]) {
            case 'n' -> put('\n');
            case 't' -> put('\t');
            case 'r' -> put('\r');
            case 'b' -> put('\b');
            case 'f' -> put('\f');
            case 'u' -> {
                return unicode(at + 1);
            }
            default -> put(body[at]);
        }
        return at + 1;
    }

    private int unicode(int at) {
        int after = at + HEX_DIGITS;
        int code = hex(at);
        if (Character.isHighSurrogate((char) code)
                && body[after] == '\\'
                && body[after + 1] == 'u'
                && Character.isLowSurrogate((char) hex(after + 2))) {
            code = Character.toCodePoint((char) code, (char) hex(after + 2));
            after += 2 + HEX_DIGITS;
        }
        encode(code);
        return after;
    }

    private int hex(int at) {
        int code = 0;
        for (int i = at; i < at + HEX_DIGITS; i++) {
            code = (code << 4) | (Character.digit(body[i], 16) & 0xF);
        }
        return code;
    }

    /// As UTF-8; half of a pair like any other character.
    private void encode(int code) {
        if (code < 0x80) {
            put(code);
        } else if (code < 0x800) {
            put(0xC0 | (code >> 6));
            put(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            put(0xE0 | (code >> 12));
            put(0x80 | ((code >> 6) & 0x3F));
            put(0x80 | (code & 0x3F));
        } else {
            put(0xF0 | (code >> 18));
            put(0x80 | ((code >> 12) & 0x3F));
            put(0x80 | ((code >> 6) & 0x3F));
            put(0x80 | (code & 0x3F));
        }
    }

    private void put(int octet) {
        room(1);
        text[length++] = (byte) octet;
    }

    private void append(int from, int to) {
        room(to - from);
        System.arraycopy(body, from, text, length, to - from);
        length += to - from;
    }

    private void room(int more) {
        if (length + more > text.length) {
            text = Arrays.copyOf(text, Math.max(length + more, 2 * text.length));
        }
    }
}
