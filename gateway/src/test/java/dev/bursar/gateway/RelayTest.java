package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayTest {

    private static String relayed(String stream, boolean hideUsage, Random splits, int longest) {
        Relay relay = new Relay(AnswerReader.of(Operation.CHAT), hideUsage);
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        Buffer out = Buffer.buffer();
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + 1 + splits.nextInt(longest));
            out.appendBuffer(relay.pass(Buffer.buffer(Arrays.copyOfRange(bytes, from, to))));
            from = to;
        }
        return out.appendBuffer(relay.rest()).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void pass_hidingUsage_takesOnlyThatChunkOutAtAnySplit(String end) {
        String before = ": hi\n\n" + Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2;
        String stream = (before + Samples.CHAT_USAGE + Samples.DONE).replace("\n", end);
        String expected = (before + Samples.DONE).replace("\n", end);
        for (int seed = 0; seed < 300; seed++) {
            assertThat(relayed(stream, true, new Random(seed), 1 + seed % 50)).isEqualTo(expected);
            assertThat(relayed(stream, false, new Random(seed), 1 + seed % 50)).isEqualTo(stream);
        }
    }

    @Test
    void pass_usageBesideAChoice_staysInTheStream() {
        String stream =
                """
                data: {"choices":[],"prompt_filter_results":[]}

                data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}

                """;
        assertThat(relayed(stream, true, new Random(1), 20)).isEqualTo(stream);
    }

    @Test
    void pass_largeEvent_goesOnBeforeItsEnd() {
        Relay relay = new Relay(AnswerReader.of(Operation.CHAT), true);
        Buffer part = Buffer.buffer("data: " + "x".repeat(Relay.MAX_WAITING_BYTES));
        assertThat(relay.pass(part)).isEqualTo(part);
        assertThat(relay.pass(Buffer.buffer("y")).toString()).isEqualTo("y");
        assertThat(relay.pass(Buffer.buffer("z\n\n")).toString()).isEqualTo("z\n\n");
        assertThat(relay.pass(Buffer.buffer("data: a")).length()).isZero();
    }
}
