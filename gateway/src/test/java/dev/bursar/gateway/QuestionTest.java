package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"messages":[{"role":"user","content":"one"}]} | one
                    {"messages":[{"content":"one","role":"user"},{"role":"assistant","content":"no"}]} | one
                    {"messages":[{"role":"user","content":"one"},{"role":"user","content":"two"}],"x":[{"role":"user","content":"no"}]} | two
                    {"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image","source":{"text":"no"}},{"text":"b"}]}]} | a\\nb
                    {"messages":[{"role":"user","content":"task"},{"role":"user","content":[{"type":"tool_result","content":"no"}]}]} | task
                    {"messages":[{"role":"system","content":"no"}]} | ''
                    {"messages":[{"role":"user","content":null}]} | ''
                    {"input":"asked"} | asked
                    {"input":[{"role":"user","content":[{"type":"input_text","text":"asked"}]}]} | asked
                    {"contents":[{"role":"user","parts":[{"text":"asked"}]},{"role":"model","parts":[{"text":"no"}]}]} | asked
                    {"messages":[{"role":"user","content":"cut | ''
                    """)
    void of_body_isTheLastTextOfTheUser(String body, String question) {
        assertThat(Question.of(body.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(question.replace("\\n", "\n"));
    }
}
