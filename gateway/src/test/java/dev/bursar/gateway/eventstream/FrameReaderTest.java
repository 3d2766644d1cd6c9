package dev.bursar.gateway.eventstream;

import static dev.bursar.gateway.eventstream.RawFrames.checksum;
import static dev.bursar.gateway.eventstream.RawFrames.frame;
import static dev.bursar.gateway.eventstream.RawFrames.joined;
import static dev.bursar.gateway.eventstream.RawFrames.text;
import static dev.bursar.gateway.eventstream.RawFrames.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Frames as they come from the wire: in any pieces, with any headers, and damaged.
class FrameReaderTest {

    private static final int MOST = 4_096;

    private final List<String> seen = new ArrayList<>();
    private final FrameReader reader = new FrameReader(MOST, frame -> seen.add(said(frame)));

    private static String said(Frame frame) {
        String payload = new String(frame.payload(), StandardCharsets.UTF_8);
        return frame.kind() + " " + frame.type() + " " + payload;
    }

    @Test
    void feed_ofManyFramesInAnyPieces_findsEach() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            seen.clear();
            List<String> expected = new ArrayList<>();
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            for (int i = random.nextInt(6); i >= 0; i--) {
                String json = "{\"text\":\"" + "é".repeat(random.nextInt(200)) + "\"}";
                boolean exception = random.nextInt(4) == 0;
                String type = exception ? "throttlingException" : "contentBlockDelta";
                stream.writeBytes(
                        exception
                                ? FrameWriter.exception(type, utf8(json))
                                : FrameWriter.event(type, utf8(json)));
                expected.add((exception ? "EXCEPTION " : "EVENT ") + type + " " + json);
            }
            byte[] bytes = stream.toByteArray();
            for (int from = 0; from < bytes.length; ) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(1 + seed % 97));
                reader.feed(Arrays.copyOfRange(bytes, from, to));
                from = to;
            }
            assertThat(seen).as("seed " + seed).isEqualTo(expected);
            assertThat(reader.isBetweenFrames()).as("seed " + seed).isTrue();
        }
    }

    @Test
    void isBetweenFrames_byteByByte_isTrueAtTheEndsOnly() {
        byte[] one = FrameWriter.event("messageStart", utf8("{}"));
        for (int i = 0; i < one.length; i++) {
            assertThat(reader.isBetweenFrames()).isEqualTo(i == 0);
            reader.feed(new byte[] {one[i]});
        }
        assertThat(reader.isBetweenFrames()).isTrue();
        assertThat(seen).containsExactly("EVENT messageStart {}");
    }

    @Test
    void event_written_hasTheBytesOfTheEncoding() {
        byte[] headers =
                joined(
                        text(":event-type", "ping"),
                        text(":content-type", "application/json"),
                        text(":message-type", "event"));
        assertThat(FrameWriter.event("ping", utf8("{\"a\":1}")))
                .isEqualTo(frame(headers, utf8("{\"a\":1}")));
    }

    @Test
    void feed_ofHeadersOfEveryType_findsTheTexts() {
        byte[] headers =
                joined(
                        new byte[] {1, 'a', 0},
                        new byte[] {1, 'b', 1},
                        new byte[] {1, 'c', 2, 9},
                        new byte[] {1, 'd', 3, 9, 9},
                        new byte[] {1, 'e', 4, 9, 9, 9, 9},
                        new byte[] {1, 'f', 5, 9, 9, 9, 9, 9, 9, 9, 9},
                        new byte[] {1, 'g', 6, 0, 2, 9, 9},
                        new byte[] {1, 'h', 8, 9, 9, 9, 9, 9, 9, 9, 9},
                        joined(new byte[] {1, 'i', 9}, new byte[16]),
                        text(":event-type", "late"));
        reader.feed(frame(headers, utf8("{}")));
        assertThat(seen).containsExactly("EVENT late {}");
    }

    @Test
    void feed_ofAnUndeclaredError_hasItsCodeAndMessage() {
        byte[] headers =
                joined(
                        text(":message-type", "error"),
                        text(":error-code", "InternalFailure"),
                        text(":error-message", "it broke"));
        reader.feed(frame(headers, new byte[0]));
        assertThat(seen).containsExactly("ERROR InternalFailure it broke");
    }

    @ParameterizedTest
    @CsvSource({"0", "3", "5", "9", "11", "12", "40", "-5", "-4", "-1"})
    void feed_ofADamagedByte_isTheEndOfReading(int at) {
        byte[] good = FrameWriter.event("messageStart", utf8("{\"role\":\"assistant\"}"));
        byte[] bad = good.clone();
        bad[at < 0 ? bad.length + at : at] ^= 4;
        reader.feed(good);
        reader.feed(bad);
        reader.feed(good);
        assertThat(reader.isBroken()).isTrue();
        assertThat(reader.isBetweenFrames()).isFalse();
        assertThat(seen).hasSize(1);
    }

    /// With the right checksum, so that the lengths alone are in the way.
    @ParameterizedTest
    @CsvSource({
        "15, 0",
        "0, 0",
        "-1, 0",
        "100, 85",
        "100, -1",
        "25165825, 10",
        "2147483647, 10",
        "200000, 131073",
    })
    void feed_ofAbsurdLengths_isTheEndOfReading(int length, int headersLength) {
        ByteBuffer out = ByteBuffer.allocate(12).putInt(length).putInt(headersLength);
        reader.feed(out.putInt(checksum(out.array(), 8)).array());
        assertThat(reader.isBroken()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "9, 7", "3, 10"})
    void feed_ofHeadersThatAreNone_isTheEndOfReading(int nameLength, int type) {
        byte[] headers = {(byte) nameLength, 'a', (byte) type, 0, 9, 'x'};
        reader.feed(frame(headers, utf8("{}")));
        assertThat(reader.isBroken()).isTrue();
        assertThat(seen).isEmpty();
    }

    @Test
    void feed_ofAFrameAboveTheBound_passesOverIt() {
        byte[] large = utf8("\"" + "x".repeat(MOST) + "\"");
        byte[] small = FrameWriter.event("messageStop", utf8("{}"));
        reader.feed(joined(FrameWriter.event("contentBlockDelta", large), small));
        assertThat(seen).containsExactly("EVENT messageStop {}");
        assertThat(reader.isBetweenFrames()).isTrue();
    }

    @Test
    void feed_ofADamagedFrameAboveTheBound_isTheEndOfReading() {
        byte[] large = FrameWriter.event("contentBlockDelta", new byte[2 * MOST]);
        large[MOST] = 1;
        reader.feed(large);
        assertThat(reader.isBroken()).isTrue();
    }

    @Test
    void event_longerThanAFrameCanBe_isRefused() {
        byte[] payload = new byte[FrameReader.MAX_FRAME_BYTES];
        assertThatThrownBy(() -> FrameWriter.event("a", payload))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
