package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {

    private static AnswerReader read(Operation operation, String... objects) {
        AnswerReader reader = AnswerReader.of(operation);
        for (String object : objects) {
            byte[] json = object.getBytes(StandardCharsets.UTF_8);
            reader.read(json, 0, json.length);
        }
        return reader;
    }

    private static Map<TokenClass, Long> usage(Operation operation, String... objects) {
        TokenUsage usage = Objects.requireNonNull(read(operation, objects).usage);
        return usage.toMap();
    }

    private static Map<TokenClass, Long> chat(String usage) {
        return usage(Operation.CHAT, "{\"usage\":" + usage + "}");
    }

    @Test
    void chat_details_areTakenOutOfTheTotalsThatIncludeThem() {
        assertThat(
                        chat(
                                """
                                {"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
                                "prompt_tokens_details":{"cached_tokens":40,"cache_write_tokens":20,"audio_tokens":10},
                                "completion_tokens_details":{"reasoning_tokens":30,"audio_tokens":5,
                                "rejected_prediction_tokens":3}}\
                                """))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                TokenClass.INPUT, 30L,
                                TokenClass.CACHE_READ, 40L,
                                TokenClass.CACHE_WRITE_5M, 20L,
                                TokenClass.AUDIO_INPUT, 10L,
                                TokenClass.REASONING, 30L,
                                TokenClass.AUDIO_OUTPUT, 5L,
                                TokenClass.OUTPUT, 15L));
    }

    @Test
    void unpriced_searchesAndTiers_areNamed() {
        assertThat(
                        read(
                                        Operation.MESSAGES,
                                        """
                                        {"type":"message","usage":{"input_tokens":1,"output_tokens":2,
                                        "service_tier":"standard","speed":"fast","inference_geo":"us",
                                        "server_tool_use":{"web_search_requests":3,"web_fetch_requests":2}}}\
                                        """)
                                .unpriced())
                .containsExactly(
                        Map.entry("inference_geo", "us"),
                        Map.entry("speed", "fast"),
                        Map.entry("web_search_requests", "3"));
        assertThat(
                        read(
                                        Operation.CHAT,
                                        """
                                        {"service_tier":"flex","choices":[{"message":{"content":"a",
                                        "annotations":[{"type":"url_citation","url_citation":{"url":"u"}},{}],
                                        "refusal":null}}],"usage":{"prompt_tokens":1,"num_sources_used":4}}\
                                        """)
                                .unpriced())
                .containsExactly(
                        Map.entry("num_sources_used", "4"),
                        Map.entry("service_tier", "flex"),
                        Map.entry("web_search_requests", "1"));
        AnswerReader plain =
                read(
                        Operation.CHAT,
                        """
                        {"service_tier":"default","choices":[{"message":{"annotations":[],"content":"abc"}}],
                        "usage":{"prompt_tokens":1}}\
                        """);
        assertThat(plain.unpriced()).isEmpty();
        assertThat(plain.text.chars()).isEqualTo(3);
    }

    @Test
    void chat_reasoningBesideTheCompletion_isAdded() {
        assertThat(
                        chat(
                                """
                                {"prompt_tokens":307,"completion_tokens":26,"total_tokens":560,
                                "completion_tokens_details":{"reasoning_tokens":227}}\
                                """))
                .containsEntry(TokenClass.REASONING, 227L)
                .containsEntry(TokenClass.OUTPUT, 26L);
    }

    @Test
    void chat_reasoningThatOnlyTheTotalHas_isAdded() {
        assertThat(chat("{\"prompt_tokens\":12,\"completion_tokens\":8,\"total_tokens\":520}"))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                TokenClass.INPUT, 12L,
                                TokenClass.REASONING, 500L,
                                TokenClass.OUTPUT, 8L));
        assertThat(chat("{\"prompt_tokens\":12,\"completion_tokens\":8,\"total_tokens\":19}"))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(TokenClass.INPUT, 12L, TokenClass.OUTPUT, 8L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775807", "99999999999999999999999", "1e300"})
    void usage_countsBeyondAllBounds_areBounded(String count) {
        String chat =
                "{\"prompt_tokens\":N,\"completion_tokens\":N,\"total_tokens\":N,"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":N}}";
        assertThat(chat(chat.replace("N", count)).values())
                .allMatch(value -> value <= TokenUsage.MAX_COUNT);
        String messages =
                "{\"type\":\"message\",\"usage\":{\"input_tokens\":N,\"output_tokens\":N,"
                        + "\"cache_creation_input_tokens\":N,\"cache_creation\":{"
                        + "\"ephemeral_5m_input_tokens\":N,\"ephemeral_1h_input_tokens\":N},"
                        + "\"output_tokens_details\":{\"thinking_tokens\":N}}}";
        assertThat(usage(Operation.MESSAGES, messages.replace("N", count)).values())
                .allMatch(value -> value <= TokenUsage.MAX_COUNT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "false|{\"choices\":[{\"index\":0,\"delta\":{}}],U}",
                "false|{U,\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":null}]}",
                "true|{U,\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}",
                "false|{U,\"choices\":[{\"finish_reason\":\"stop\",\"index\":0},{\"index\":1}]}",
                "true|{\"choices\":[],U}",
                "true|{U}",
                "true|{\"choices\":[{\"message\":{\"content\":\"a\"}}],U}",
                "true|{\"choices\":[{\"finish_reason\":\"stop\"}],\"x_groq\":{U}}",
                "false|{\"choices\":[{}],\"x_groq\":{U}}",
            })
    void chat_usage_isFinalWhereNoChoiceCanGoOn(boolean last, String chunk) {
        String usage = "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}";
        AnswerReader reader = read(Operation.CHAT, chunk.replace("U", usage));
        assertThat(reader.usageFinal).isEqualTo(last);
        assertThat(reader.usage).isEqualTo(TokenUsage.of(1, 2));
        reader.finish();
        assertThat(reader.usageFinal).isTrue();
    }

    @Test
    void chat_runningUsage_isFinalWithTheLastChoice() {
        String chunk =
                "{\"choices\":[{\"index\":%d,\"delta\":{},\"finish_reason\":%s}],\"usage\":{"
                        + "\"prompt_tokens\":9,\"completion_tokens\":%d}}";
        String[] chunks = {
            chunk.formatted(0, "null", 1),
            chunk.formatted(1, "null", 2),
            chunk.formatted(0, "\"stop\"", 3),
            chunk.formatted(0, "null", 4),
            chunk.formatted(1, "\"length\"", 5)
        };
        for (int seen = 1; seen <= chunks.length; seen++) {
            AnswerReader reader = read(Operation.CHAT, Arrays.copyOf(chunks, seen));
            assertThat(reader.usageFinal).isEqualTo(seen == chunks.length);
            assertThat(reader.usage).isEqualTo(TokenUsage.of(9, seen));
        }
    }

    @Test
    void chat_cacheHitsOfDeepSeek_areCacheReads() {
        assertThat(
                        chat(
                                """
                                {"prompt_tokens":18,"completion_tokens":9,"total_tokens":27,
                                "prompt_tokens_details":{"cached_tokens":8},"prompt_cache_hit_tokens":8}\
                                """))
                .containsEntry(TokenClass.INPUT, 10L)
                .containsEntry(TokenClass.CACHE_READ, 8L);
    }

    @Test
    void chat_nonsenseCounts_stayWithinTheTotals() {
        assertThat(
                        chat(
                                """
                                {"prompt_tokens":10,"completion_tokens":0,"total_tokens":null,
                                "prompt_tokens_details":{"cached_tokens":99,"audio_tokens":"x"}}\
                                """))
                .containsExactlyInAnyOrderEntriesOf(Map.of(TokenClass.CACHE_READ, 10L));
    }

    @Test
    void chat_groqOnly_isRead() {
        assertThat(
                        usage(
                                Operation.CHAT,
                                """
                                {"choices":[],"x_groq":{"id":"x","usage":{"prompt_tokens":3,"completion_tokens":4}}}\
                                """))
                .containsEntry(TokenClass.INPUT, 3L)
                .containsEntry(TokenClass.OUTPUT, 4L);
    }

    @Test
    void chat_streamedToolCalls_areCountedOnce() {
        AnswerReader reader =
                read(
                        Operation.CHAT,
                        """
                        {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]}}]}\
                        """,
                        """
                        {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}\
                        """,
                        """
                        {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b"}]},"finish_reason":"tool_calls"}]}\
                        """);
        assertThat(reader.toolCalls()).isEqualTo(2);
        assertThat(reader.stopReason).isEqualTo("tool_calls");
        assertThat(reader.text.chars()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CHAT | {'choices':[{'message':{'tool_calls':[{'id':'a','function':{'name':'search'}},"
                        + "{'id':'b','function':{'name':'fetch'}},{'id':'c','function':{'name':'search'}}]}}]}",
                "CHAT | {'choices':[{'message':{'tool_calls':[{'id':'a','custom':{'name':'search'}}],"
                        + "'function_call':{'name':'fetch','arguments':'{}'}}}]}",
                "MESSAGES | {'content':[{'type':'tool_use','id':'a','name':'search','input':{'name':'x'}},"
                        + "{'type':'server_tool_use','id':'b','name':'fetch','input':{}},"
                        + "{'type':'text','text':'t','name':'other'}]}",
                "RESPONSES | {'output':[{'type':'function_call','id':'a','name':'search','arguments':'{}'},"
                        + "{'type':'fetch_call','id':'b'},{'type':'message','name':'other'}]}",
                "GENERATE | {'candidates':[{'content':{'parts':[{'functionCall':{'name':'search','args':{}}},"
                        + "{'functionCall':{'name':'fetch','args':{'name':'x'}}}]}}]}",
            })
    void answer_toolsThatItCalls_areNamedOnce(Operation operation, String answer) {
        AnswerReader reader = read(operation, answer.replace('\'', '"'));

        assertThat(reader.tools()).isEqualTo("fetch,search");
    }

    @Test
    void answer_manyOrOddNames_areBounded() {
        AnswerReader many = AnswerReader.of(Operation.CHAT);
        for (int i = 0; i < 40; i++) {
            many.tool("t" + i);
        }
        AnswerReader odd = AnswerReader.of(Operation.CHAT);
        for (String name : List.of("x".repeat(100), "a,b", "a\nb", "", "y".repeat(100))) {
            odd.tool(name);
        }
        odd.tool(null);
        AnswerReader lengthy = AnswerReader.of(Operation.CHAT);
        for (int i = 10; i < 20; i++) {
            lengthy.tool(i + "z".repeat(60));
        }

        assertThat(many.tools().split(",")).hasSize(16);
        assertThat(odd.tools()).isEqualTo("x".repeat(64) + "," + "y".repeat(64));
        assertThat(lengthy.tools().split(",")).hasSize(4);
        assertThat(lengthy.tools()).hasSizeLessThanOrEqualTo(256);
    }

    @Test
    void chat_wholeAnswerWithToolCallsWithoutIndex_areCounted() {
        assertThat(
                        read(
                                        Operation.CHAT,
                                        """
                                        {"choices":[{"index":0,"message":{"tool_calls":[{"id":"a"},{"id":"b"},{"id":"c"}]}}]}\
                                        """)
                                .toolCalls())
                .isEqualTo(3);
    }

    @Test
    void messages_laterUsage_replacesOnlyWhatItNames() {
        assertThat(
                        usage(
                                Operation.MESSAGES,
                                """
                                {"type":"message_start","message":{"usage":{"input_tokens":2,
                                "cache_creation_input_tokens":3068,"cache_read_input_tokens":5,
                                "cache_creation":{"ephemeral_5m_input_tokens":3068,"ephemeral_1h_input_tokens":0},
                                "output_tokens":69}}}\
                                """,
                                """
                                {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":6,
                                "cache_creation_input_tokens":3337,"output_tokens":198,
                                "output_tokens_details":{"thinking_tokens":50}}}\
                                """))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                TokenClass.INPUT, 6L,
                                TokenClass.CACHE_READ, 5L,
                                TokenClass.CACHE_WRITE_5M, 3337L,
                                TokenClass.REASONING, 50L,
                                TokenClass.OUTPUT, 148L));
    }

    @Test
    void messages_oneHourWrites_areTheirOwnClass() {
        assertThat(
                        usage(
                                Operation.MESSAGES,
                                """
                                {"type":"message","usage":{"input_tokens":1,"cache_creation_input_tokens":30,
                                "cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},
                                "output_tokens":1}}\
                                """))
                .containsEntry(TokenClass.CACHE_WRITE_5M, 10L)
                .containsEntry(TokenClass.CACHE_WRITE_1H, 20L);
    }

    @Test
    void messages_startOnly_isNotFinal() {
        AnswerReader reader =
                read(
                        Operation.MESSAGES,
                        """
                        {"type":"message_start","message":{"model":"m","usage":{"input_tokens":17,"output_tokens":1}}}\
                        """,
                        """
                        {"type":"message_start","message":{"model":"m","usage":{"input_tokens":17,"output_tokens":1}}}\
                        """);
        assertThat(reader.usageFinal).isFalse();
        assertThat(Objects.requireNonNull(reader.usage).input()).isEqualTo(17);
    }

    @Test
    void messages_compactionAndAdvice_areBesideTheUsage() {
        AnswerReader reader =
                read(
                        Operation.MESSAGES,
                        """
                        {"type":"message_delta","usage":{"input_tokens":612,"output_tokens":2819,"iterations":[
                        {"type":"compaction","input_tokens":60385,"output_tokens":522},
                        {"type":"advisor_message","model":"other","input_tokens":5,"output_tokens":6},
                        {"type":"message","input_tokens":612,"output_tokens":2819}]}}\
                        """);
        assertThat(Objects.requireNonNull(reader.usage)).isEqualTo(TokenUsage.of(612, 2819));
        assertThat(reader.beside())
                .containsExactly(
                        new Beside(null, TokenUsage.of(60385, 522)),
                        new Beside("other", TokenUsage.of(5, 6)));
    }

    @Test
    void messages_toolUse_isCountedByIdWhetherWholeOrStreamed() {
        assertThat(
                        read(
                                        Operation.MESSAGES,
                                        """
                                        {"type":"content_block_start","content_block":{"type":"tool_use","id":"a","name":"f","input":{}}}\
                                        """,
                                        """
                                        {"type":"content_block_start","content_block":{"type":"tool_use","id":"a","name":"f","input":{}}}\
                                        """,
                                        """
                                        {"type":"content_block_start","content_block":{"type":"server_tool_use","id":"b"}}\
                                        """)
                                .toolCalls())
                .isEqualTo(2);
        assertThat(
                        read(
                                        Operation.MESSAGES,
                                        """
                                        {"type":"message","content":[{"type":"tool_use","id":"a","input":{"q":[{"x":"y"}]}},
                                        {"type":"text","text":"hi"},{"type":"tool_use","id":"b","input":{}}]}\
                                        """)
                                .toolCalls())
                .isEqualTo(2);
    }

    @Test
    void read_notJson_isIgnored() {
        AnswerReader reader = read(Operation.CHAT, "[DONE]", "", "{\"usage\":{\"prompt_tokens\":1");
        assertThat(reader.usageFinal).isFalse();
    }
}
