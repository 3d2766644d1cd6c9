package dev.bursar.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.cache.CacheRule.Temperature;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestionTest {

    private static Optional<Question> question(String quoted, CacheRule rule) {
        return Question.of(Bodies.chat("c", "acme", false, quoted), rule);
    }

    private static String key(String quoted) {
        return question(quoted, Bodies.rule()).orElseThrow().key();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'messages':[{'content':'Hello','role':'user'}],'temperature':0,'model':'m'}",
                "{ 'model' : 'x' ,"
                        + " 'temperature':0.0,'messages':[{'role':'user','content':'\\u0048ello'}]}",
                "{'model':'m','temperature':0e1,'stream':true,'stream_options':{'include_usage':true},"
                        + "'user':'u1','metadata':{'a':'b'},"
                        + "'messages':[{'role':'user','content':'Hello'}]}",
                "{'model':'m','temperature':0,'top_p':null,'messages':[{'role':'user','content':'Hello'}]}",
            })
    void key_ofTheSameQuestionWrittenOtherwise_isTheSame(String quoted) {
        assertThat(key(quoted)).isEqualTo(key(Bodies.CHAT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':'m','temperature':0,'messages':[{'role':'user','content':'Hello '}]}",
                "{'model':'m','temperature':0,'messages':[{'role':'system','content':'Hello'}]}",
                "{'model':'m','temperature':0,'seed':1,'messages':[{'role':'user','content':'Hello'}]}",
                "{'model':'m','temperature':0,'max_tokens':5,'messages':[{'role':'user','content':'Hello'}]}",
                "{'model':'m','temperature':0,'messages':[{'role':'user','content':['Hello']}]}",
                "{'model':'m','temperature':0,'messages':[{'role':'user','content':null}]}",
            })
    void key_ofAnotherQuestion_isAnother(String quoted) {
        assertThat(key(quoted)).isNotEqualTo(key(Bodies.CHAT));
    }

    @Test
    void key_underAnotherRule_isAnother() {
        assertThat(question(Bodies.CHAT, Bodies.rule(Temperature.ANY, false, null)))
                .hasValueSatisfying(
                        other -> assertThat(other.key()).isNotEqualTo(key(Bodies.CHAT)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'temperature':0|true|true|true",
                "'temperature':0.0|true|true|true",
                "'top_p':1|false|true|true",
                "'temperature':null|false|true|true",
                "'temperature':0.7|false|false|true",
                "'temperature':'0'|false|false|false",
            })
    void temperature_isKeptAsTheRuleSays(String field, boolean zero, boolean unset, boolean any) {
        String body = "{" + field + ",'messages':[{'role':'user','content':'Hello'}]}";
        assertThat(question(body, Bodies.rule(Temperature.ZERO, false, null)).isPresent())
                .isEqualTo(zero);
        assertThat(question(body, Bodies.rule(Temperature.UNSET, false, null)).isPresent())
                .isEqualTo(unset);
        assertThat(question(body, Bodies.rule(Temperature.ANY, false, null)).isPresent())
                .isEqualTo(any);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'tools':[{'type':'web_search_20250305','name':'web_search'}]",
                "'tools':[{'type':'code_interpreter'}]",
                "'web_search_options':{}",
                "'mcp_servers':[{'url':'x'}]",
                "'container':'c1'",
                "'store':true",
                "'background':true",
                "'previous_response_id':'r1'",
                "'modalities':['text','audio']",
                "'system':[{'type':'document','source':{'type':'text','data':'x'}}]",
                "'messages':[{'role':'user','content':[{'type':'file','file':{'file_id':'f'}}]}]",
                "'messages':[{'role':'user','content':[{'type':'image','source':{'type':'file','file_id':'f'}}]}]",
                "'messages':[{'role':'user','content':[{'type':'image','source':{'type':'url','url':'https://x'}}]}]",
                "'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'https://x'}}]}]",
                "'messages':[{'role':'user','content':[{'type':'tool_result','content':[{'type':'document'}]}]}]",
            })
    void requestWithEffectsOrThingsElsewhere_isNotKept(String fields) {
        assertThat(question("{'temperature':0," + fields + "}", Bodies.rule())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'tools':[{'type':'function','function':{'name':'f'}}]",
                "'tools':[{'name':'f','input_schema':{'type':'object'}}]",
                "'store':false",
                "'messages':[{'role':'user','content':[{'type':'text','text':'x'}]}]",
                "'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,AA'}}]}]",
                "'messages':[{'role':'user','content':[{'type':'image','source':{'type':'base64','data':'AA'}}]}]",
            })
    void requestThatSaysEverything_isKept(String fields) {
        assertThat(question("{'temperature':0," + fields + "}", Bodies.rule())).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{", "{'a':1,'a':2,'temperature':0}", "{'temperature':0} {}"})
    void bodyThatTwoReadersUnderstandDifferently_isNotKept(String quoted) {
        assertThat(question(quoted, Bodies.rule())).isEmpty();
    }

    @Test
    void topic_isTheLastTextOfTheUser() {
        CacheRule rule = Bodies.rule(Temperature.ZERO, false, 0.9);
        Question one = question(Bodies.CHAT, rule).orElseThrow();
        Question other =
                question(
                                "{'temperature':0,'messages':[{'role':'user','content':"
                                        + "[{'type':'text','text':'Good day'}]}]}",
                                rule)
                        .orElseThrow();
        assertThat(one.topic()).isNotNull();
        assertThat(other.topic()).isNotNull();
        if (one.topic() != null && other.topic() != null) {
            assertThat(one.topic().text()).isEqualTo("Hello");
            assertThat(other.topic().text()).isEqualTo("Good day");
            assertThat(other.topic().group()).isEqualTo(one.topic().group());
        }
        assertThat(one.key()).isNotEqualTo(other.key());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'temperature':0,'messages':[{'role':'user','content':'Hello'},{'role':'assistant','content':'x'}]}",
                "{'temperature':0,'messages':[{'role':'user','content':' '}]}",
                "{'temperature':0,'messages':[{'role':'user','content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]}]}",
            })
    void topic_ofSomethingElseThanOneTextAtTheEnd_isNone(String quoted) {
        assertThat(question(quoted, Bodies.rule(Temperature.ZERO, false, 0.9)))
                .hasValueSatisfying(q -> assertThat(q.topic()).isNull());
    }

    @Test
    void group_withAnotherSystemPrompt_isAnother() {
        CacheRule rule = Bodies.rule(Temperature.ZERO, false, 0.9);
        String one =
                "{'temperature':0,'messages':[{'role':'system','content':'%s'},"
                        + "{'role':'user','content':'Hello'}]}";
        assertThat(Map.of("a", group(one.formatted("be kind"), rule), "b", "x"))
                .doesNotContainValue(group(one.formatted("be brief"), rule));
    }

    private static String group(String quoted, CacheRule rule) {
        Question.Topic topic = question(quoted, rule).orElseThrow().topic();
        return topic == null ? "none" : topic.group();
    }
}
