package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is made of a usage that is told more than once, in part, or beyond belief.
class ToldUsageTest {

    private static final String CHAT =
            "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{"
                    + "\"prompt_tokens\":%d,\"completion_tokens\":%d}}";
    private static final String START =
            "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":%d,"
                    + "\"output_tokens\":%d}}}";
    private static final String DELTA =
            "{\"type\":\"message_delta\",\"usage\":{\"input_tokens\":%d,\"output_tokens\":%d}}";
    private static final String GEMINI =
            "{\"candidates\":[{\"finishReason\":\"STOP\"}],\"usageMetadata\":{"
                    + "\"promptTokenCount\":%d,\"candidatesTokenCount\":%d}}";
    private static final String CONVERSE =
            "{\"metadata\":{\"usage\":{\"inputTokens\":%d,\"outputTokens\":%d}}}";
    private static final String RESPONSES =
            "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"usage\":{"
                    + "\"input_tokens\":%d,\"output_tokens\":%d}}}";

    private static void read(AnswerReader reader, String object) {
        byte[] json = object.getBytes(StandardCharsets.UTF_8);
        reader.read(json, 0, json.length);
    }

    private static List<Arguments> dialects() {
        return List.of(
                Arguments.of(Operation.CHAT, CHAT, CHAT),
                Arguments.of(Operation.MESSAGES, START, DELTA),
                Arguments.of(Operation.MESSAGES, DELTA, DELTA),
                Arguments.of(Operation.STREAM_GENERATE, GEMINI, GEMINI),
                Arguments.of(Operation.CONVERSE_STREAM, CONVERSE, CONVERSE),
                Arguments.of(Operation.RESPONSES, RESPONSES, RESPONSES));
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void billed_isTheLastWordOnEachSide(Operation operation, String first, String second) {
        long[][] told = {
            {1000, 200, 10, 2, 10, 2},
            {1000, 2, 0, 200, 1000, 200},
            {0, 0, 1000, 200, 1000, 200},
            {1000, 200, 1000, 200, 1000, 200},
            {1000, 200, 10, 0, 10, 200},
        };
        for (long[] row : told) {
            AnswerReader reader = AnswerReader.of(operation);
            read(reader, first.formatted(row[0], row[1]));
            read(reader, second.formatted(row[2], row[3]));
            assertThat(reader.billed()).isEqualTo(TokenUsage.of(row[4], row[5]));
        }
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void billed_isNothingAfterALastWordThatCannotBe(
            Operation operation, String first, String second) {
        AnswerReader reader = AnswerReader.of(operation);
        reader.believeUpTo(5_000);
        read(reader, first.formatted(1000, 200));
        read(reader, second.formatted(4_801, 200));
        assertThat(reader.billed()).isNull();
        assertThat(reader.implausible()).isEqualTo(5_001);
        assertThat(reader.usage).isEqualTo(TokenUsage.of(1000, 200));
        read(reader, second.formatted(4_800, 200));
        assertThat(reader.billed()).isEqualTo(TokenUsage.of(4_800, 200));
        assertThat(reader.implausible()).isZero();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void lastWordOfNothing_undoesNothingAndIsNotBelieved(
            Operation operation, String first, String second) {
        AnswerReader reader = AnswerReader.of(operation);
        read(reader, first.formatted(1000, 200));
        read(reader, second.formatted(0, 0));
        TokenUsage before = TokenUsage.of(1000, 200);
        assertThat(reader.usage).isEqualTo(before);
        // In Messages only what is told anew is replaced.
        assertThat(reader.billed()).isEqualTo(operation == Operation.MESSAGES ? before : null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1e300", "-5", "0", "null", "\"7\"", "{}"})
    void usage_ofNoCount_isNone(String count) {
        AnswerReader reader = AnswerReader.of(Operation.CHAT);
        read(
                reader,
                "{\"usage\":{\"prompt_tokens\":N,\"completion_tokens\":N}}".replace("N", count));
        assertThat(reader.usage).isNull();
        assertThat(reader.billed()).isNull();
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void countsBelowZero_areNotBelieved(Operation operation, String first, String second) {
        AnswerReader reader = AnswerReader.of(operation);
        read(reader, first.formatted(-10, -2));
        read(reader, second.formatted(-10, -2));
        assertThat(reader.billed()).isNull();
    }

    @Test
    void cacheThatIsToldLater_isNotAddedToTheInput() {
        AnswerReader reader = AnswerReader.of(Operation.CHAT);
        read(reader, CHAT.formatted(1000, 2));
        read(
                reader,
                "{\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":2,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":800}}}");
        assertThat(reader.billed())
                .isEqualTo(
                        TokenUsage.of(
                                Map.of(
                                        TokenClass.INPUT, 200L,
                                        TokenClass.CACHE_READ, 800L,
                                        TokenClass.OUTPUT, 2L)));
    }

    @Test
    void answerWithoutInput_isBilledSo() {
        AnswerReader reader = AnswerReader.of(Operation.CHAT);
        read(reader, CHAT.formatted(0, 180));
        assertThat(reader.billed()).isEqualTo(TokenUsage.of(0, 180));
    }

    @Test
    void answerWithoutOutput_isNotBelievedWhereSomeWasSeen() {
        AnswerReader reader = AnswerReader.of(Operation.CHAT);
        read(reader, CHAT.formatted(9, 0));
        assertThat(reader.billed()).isEqualTo(TokenUsage.of(9, 0));
        read(reader, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}");
        assertThat(reader.billed()).isNull();
    }

    @Test
    void zerosOfTheCache_undoNoSplit() {
        AnswerReader reader = AnswerReader.of(Operation.MESSAGES);
        read(
                reader,
                "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1,"
                        + "\"cache_creation_input_tokens\":100,\"cache_creation\":{"
                        + "\"ephemeral_5m_input_tokens\":0,\"ephemeral_1h_input_tokens\":100}}}}");
        read(
                reader,
                "{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":9,"
                        + "\"cache_creation_input_tokens\":0,\"cache_creation\":{"
                        + "\"ephemeral_5m_input_tokens\":0,\"ephemeral_1h_input_tokens\":0}}}");
        assertThat(reader.billed())
                .isEqualTo(TokenUsage.of(5, 9).with(TokenClass.CACHE_WRITE_1H, 100));
    }

    @Test
    void charactersThatAreCutInTwo_hideNoUsage() {
        byte[] json =
                "{\"choices\":[{\"message\":{\"content\":\"\u00E9 \u00FF\"}}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}"
                        .getBytes(StandardCharsets.ISO_8859_1);
        byte[] among = new byte[json.length + 2];
        System.arraycopy(json, 0, among, 1, json.length);
        AnswerReader reader = AnswerReader.of(Operation.CHAT);
        reader.read(among, 1, json.length);
        assertThat(reader.billed()).isEqualTo(TokenUsage.of(9, 2));
        assertThat(reader.text.chars()).isEqualTo(3);
    }

    @Test
    void embeddings_areBilledWithoutOutput() {
        AnswerReader reader = AnswerReader.of(Operation.EMBEDDINGS);
        read(reader, "{\"data\":[],\"usage\":{\"prompt_tokens\":9,\"total_tokens\":9}}");
        assertThat(reader.billed()).isEqualTo(TokenUsage.of(9, 0));
    }
}
