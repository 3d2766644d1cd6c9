package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseScannerTest {

    private static List<String> scan(byte[] stream, Random splits, int longest) {
        List<String> events = new ArrayList<>();
        SseScanner scanner =
                new SseScanner((data, from, length) ->
                        events.add(new String(data, from, length, StandardCharsets.UTF_8)));
        for (int from = 0; from < stream.length; ) {
            int to = Math.min(stream.length, from + 1 + splits.nextInt(longest));
            scanner.feed(Arrays.copyOfRange(stream, from, to));
            from = to;
        }
        scanner.finish();
        return events;
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void feed_anySplit_findsTheSameEvents(String end) {
        String stream =
                String.join(
                        end,
                        ": a comment",
                        "event: x",
                        "data: {\"a\":\"ü€😀\"}",
                        "",
                        "data:no space",
                        "id: 7",
                        "",
                        "",
                        "data: two",
                        "data:  lines",
                        "",
                        "datax: not data",
                        "data",
                        "",
                        "data:",
                        "",
                        "data: last, without an end");
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        for (int seed = 0; seed < 300; seed++) {
            assertThat(scan(bytes, new Random(seed), 1 << seed % 9))
                    .as("seed " + seed)
                    .containsExactly(
                            "{\"a\":\"ü€😀\"}",
                            "no space",
                            "two\n lines",
                            "",
                            "last, without an end");
        }
    }

    @Test
    void feed_wholeEvent_isReadWhereItIs() {
        byte[] bytes = "data: one\n\ndata:two\n\n".getBytes(StandardCharsets.UTF_8);
        List<String> found = new ArrayList<>();
        SseScanner scanner =
                new SseScanner((data, from, length) -> {
                    assertThat(data).isSameAs(bytes);
                    found.add(from + "+" + length);
                });
        scanner.feed(bytes);
        assertThat(found).containsExactly("6+3", "16+3");
    }

    @Test
    void feed_eventAboveTheBound_isPassedOverAndTheNextIsRead() {
        String huge = "x".repeat(SseScanner.MAX_EVENT_BYTES);
        String stream = "data: " + huge + "y\n\ndata: small\n\n";
        assertThat(scan(stream.getBytes(StandardCharsets.UTF_8), new Random(1), 100_000))
                .containsExactly("small");
    }
}
