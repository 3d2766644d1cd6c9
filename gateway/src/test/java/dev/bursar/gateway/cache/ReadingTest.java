package dev.bursar.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.cache.CacheRule.Temperature;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which requests of each wire format may get the answer to another, and which are the same.
class ReadingTest {

    private static final String RESPONSES = "{'store':false,'temperature':0,'input':'Hello'}";
    private static final String GENERATE =
            "{'contents':[{'role':'user','parts':[{'text':'Hello'}]}],"
                    + "'systemInstruction':{'parts':[{'text':'Be kind'}]},"
                    + "'generationConfig':{'temperature':0,'maxOutputTokens':9}}";
    private static final String CONVERSE =
            "{'messages':[{'role':'user','content':[{'text':'Hello'}]}],"
                    + "'inferenceConfig':{'temperature':0}}";

    private static Optional<Question> question(Wire wire, String quoted) {
        CacheRule rule = Bodies.rule(Temperature.ZERO, false, 0.9);
        return Question.of(Bodies.request("c", "acme", wire, Form.WHOLE, quoted), rule);
    }

    private static String key(Wire wire, String quoted) {
        return question(wire, quoted).orElseThrow().key();
    }

    private static Question.Topic topic(Wire wire, String quoted) {
        Question.Topic topic = question(wire, quoted).orElseThrow().topic();
        return topic == null ? new Question.Topic("none", "none") : topic;
    }

    private static String with(String body, String fields) {
        return "{" + fields + "," + body.substring(1);
    }

    @ParameterizedTest
    @CsvSource({
        "CONVERSE,arn:aws:bedrock:us-east-1:111122223333:prompt/ABCDE12345,false",
        "CONVERSE,arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:prompt/ABCDE12345:7,false",
        "CONVERSE,arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.a.model-v1:0,true",
        "CONVERSE,arn:aws:bedrock:us-east-1:111122223333:default-prompt-router/a.model:1,true",
        "CONVERSE,us.a.prompt-model-v1:0,true",
        "CHAT,arn:aws:bedrock:us-east-1:111122223333:prompt/ABCDE12345,false",
        "CHAT,@preset/mail,false",
        "CHAT,openai/gpt-5@preset/mail,false",
        "CHAT,openai/gpt-5:online,false",
        "CHAT,openai/gpt-5:free,true",
    })
    void model_whoseNameStandsForMore_isNotRepeatable(Wire wire, String model, boolean asked) {
        CacheRequest plain =
                Bodies.request(
                        "c", "acme", wire, Form.WHOLE, wire == Wire.CHAT ? Bodies.CHAT : CONVERSE);
        CacheRequest request =
                new CacheRequest(
                        plain.call(),
                        plain.tenant(),
                        wire,
                        plain.operation(),
                        plain.provider(),
                        model,
                        plain.form(),
                        plain.body(),
                        plain.subject(),
                        plain.use());
        assertThat(Question.of(request, Bodies.rule())).matches(q -> q.isPresent() == asked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'model':'m'",
                "'stream':true",
                "'stream_options':{'include_obfuscation':false}",
                "'previous_response_id':null",
            })
    void response_askedForOtherwise_isTheSame(String fields) {
        assertThat(key(Wire.RESPONSES, with(RESPONSES, fields)))
                .isEqualTo(key(Wire.RESPONSES, RESPONSES));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'metadata':{'a':'b'}",
                "'user':'u1'",
                "'safety_identifier':'u1'",
                "'prompt_cache_key':'k'",
                "'instructions':'Be kind'",
                "'reasoning':{'effort':'low'}",
            })
    void response_thatWouldRepeatSomethingElse_isAnother(String fields) {
        assertThat(key(Wire.RESPONSES, with(RESPONSES, fields)))
                .isNotEqualTo(key(Wire.RESPONSES, RESPONSES));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'temperature':0,'input':'Hello'}",
                "{'temperature':0,'store':null,'input':'Hello'}",
                "{'temperature':0,'store':true,'input':'Hello'}",
                "{'temperature':0,'store':false,'input':'Hello','background':true}",
                "{'temperature':0,'store':false,'input':'Hello','previous_response_id':'r1'}",
                "{'temperature':0,'store':false,'input':'Hello','conversation':'c1'}",
                "{'temperature':0,'store':false,'input':'Hello','prompt':{'id':'p1'}}",
                "{'temperature':0,'store':false,'input':'Hello','preset':'mail'}",
                "{'temperature':0,'store':false,'input':'Hello','tools':[{'type':'web_search'}]}",
                "{'temperature':0,'store':false,'input':[{'type':'item_reference','id':'i'}]}",
                "{'temperature':0,'store':false,'input':[{'type':'reasoning','id':'r','summary':[]}]}",
                "{'temperature':0,'store':false,'input':[{'role':'user','content':"
                        + "[{'type':'input_image','file_id':'f'}]}]}",
                "{'temperature':0,'store':false,'input':[{'role':'user','content':"
                        + "[{'type':'input_image','image_url':'https://x'}]}]}",
                "{'temperature':0,'store':false,'input':[{'type':'function_call_output','call_id':'t',"
                        + "'output':[{'type':'input_file','file_id':'f'}]}]}",
                "{'store':false,'input':'Hello'}",
            })
    void response_withEffectsOrThingsElsewhere_isNotKept(String quoted) {
        assertThat(question(Wire.RESPONSES, quoted)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'temperature':0,'store':false,'tools':[{'type':'function','name':'f'}],'input':["
                        + "{'type':'message','role':'user','content':[{'type':'input_text','text':'a'},"
                        + "{'type':'input_image','image_url':'data:image/png;base64,AA'}]},"
                        + "{'type':'reasoning','id':'r','summary':[],'encrypted_content':'x'},"
                        + "{'type':'function_call','call_id':'t','name':'f','arguments':'{}'},"
                        + "{'type':'function_call_output','call_id':'t','output':'1'}]}",
            })
    void response_thatSaysEverything_isKept(String quoted) {
        assertThat(question(Wire.RESPONSES, quoted)).isPresent();
    }

    @Test
    void generated_spelledWithUnderscores_isTheSame() {
        String underscores =
                "{'system_instruction':{'parts':[{'text':'Be kind'}]},"
                        + "'contents':[{'role':'user','parts':[{'text':'Hello'}]}],"
                        + "'generation_config':{'temperature':0,'max_output_tokens':9}}";
        assertThat(key(Wire.GENERATE, underscores)).isEqualTo(key(Wire.GENERATE, GENERATE));
    }

    @Test
    void names_thatOthersHaveGiven_areNotSpelledOtherwise() {
        String called =
                "{'generationConfig':{'temperature':0},'contents':[{'role':'user','parts':"
                        + "[{'functionResponse':{'name':'f','response':{'%s':1}}}]}]}";
        assertThat(key(Wire.GENERATE, called.formatted("a_b")))
                .isNotEqualTo(key(Wire.GENERATE, called.formatted("aB")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'tools':[{'googleSearch':{}}]",
                "'tools':[{'google_search':{}}]",
                "'tools':{'codeExecution':{}}",
                "'cachedContent':'cachedContents/1'",
                "'cached_content':'cachedContents/1'",
                "'store':true",
                "'generation_config':{'temperature':0}",
                "'contents':[{'parts':[{'fileData':{'fileUri':'u'}}]}],'generationConfig':{'temperature':0}",
                "'contents':[{'parts':[{'file_data':{'file_uri':'u'}}]}],'generationConfig':{'temperature':0}",
                "'contents':{'parts':{'codeExecutionResult':{}}},'generationConfig':{'temperature':0}",
                "'contents':[{'parts':[{'functionResponse':{'name':'f','parts':[{'fileData':{}}]}}]}],"
                        + "'generationConfig':{'temperature':0}",
                "'contents':[],'generationConfig':{'temperature':0,'responseModalities':['TEXT','IMAGE']}",
                "'contents':[],'generationConfig':{'temperature':0,'speech_config':{}}",
                "'contents':[],'generationConfig':{'temperature':1}",
                "'contents':[]",
            })
    void generated_withEffectsOrThingsElsewhere_isNotKept(String fields) {
        boolean whole = fields.contains("'contents'");
        assertThat(question(Wire.GENERATE, whole ? "{" + fields + "}" : with(GENERATE, fields)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'tools':[{'functionDeclarations':[{'name':'f'}]}]",
                "'tools':[{'function_declarations':[{'name':'f'}]}]",
                "'safetySettings':[{'category':'c','threshold':'t'}]",
            })
    void generated_thatSaysEverything_isKept(String fields) {
        assertThat(question(Wire.GENERATE, with(GENERATE, fields))).isPresent();
    }

    @Test
    void generated_withPicturesAndCallsInside_isKept() {
        assertThat(
                        question(
                                Wire.GENERATE,
                                "{'generationConfig':{'temperature':0,'responseModalities':['TEXT']},"
                                        + "'contents':[{'parts':[{'inline_data':{'data':'AA'}},"
                                        + "{'functionCall':{'name':'f'},'thoughtSignature':'s'},"
                                        + "{'functionResponse':{'name':'f','parts':"
                                        + "[{'inlineData':{'data':'AA'}}]}}]}]}"))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'guardrailConfig':{'guardrailIdentifier':'g'}",
                "'promptVariables':{'a':{'text':'b'}}",
                "'toolConfig':{'tools':[{'systemTool':{'name':'s'}}]}",
                "'additionalModelRequestFields':{'tools':[{'type':'web_search_20250305'}]}",
                "'additionalModelRequestFields':{'container':'c1'}",
                "'system':[{'guardContent':{'text':{'text':'x'}}}]",
            })
    void converse_withEffectsOrThingsElsewhere_isNotKept(String fields) {
        assertThat(question(Wire.CONVERSE, with(CONVERSE, fields))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'document':{'name':'d','source':{'bytes':'AA'}}}",
                "{'image':{'format':'png','source':{'s3Location':{'uri':'s3://b/k'}}}}",
                "{'toolUse':{'toolUseId':'t','name':'s','type':'server_tool_use','input':{}}}",
                "{'toolResult':{'toolUseId':'t','content':[{'video':{}}]}}",
                "{'toolResult':{'toolUseId':'t','type':'s','content':[]}}",
            })
    void converse_withABlockThatIsNotAllInside_isNotKept(String block) {
        assertThat(question(Wire.CONVERSE, CONVERSE.replace("{'text':'Hello'}", block))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'text':'Hello'},{'cachePoint':{'type':'default'}}",
                "{'image':{'format':'png','source':{'bytes':'AA'}}}",
                "{'toolUse':{'toolUseId':'t','name':'s','input':{}}}",
                "{'toolResult':{'toolUseId':'t','content':[{'json':{'a':1}},{'text':'x'}]}}",
                "{'reasoningContent':{'reasoningText':{'text':'x','signature':'s'}}}",
            })
    void converse_thatSaysEverything_isKept(String blocks) {
        String quoted =
                with(
                        CONVERSE.replace("{'text':'Hello'}", blocks),
                        "'toolConfig':{'tools':[{'toolSpec':{'name':'s'}},{'cachePoint':{}}]}");
        assertThat(question(Wire.CONVERSE, quoted)).isPresent();
        assertThat(key(Wire.CONVERSE, with(quoted, "'requestMetadata':{'team':'a'}")))
                .isEqualTo(key(Wire.CONVERSE, quoted));
    }

    @Test
    void embeddings_haveNoTemperature() {
        assertThat(question(Wire.EMBEDDINGS, "{'input':['a','b']}")).isPresent();
        assertThat(question(Wire.EMBED_CONTENT, "{'content':{'parts':[{'text':'a'}]}}"))
                .isPresent();
        assertThat(
                        question(
                                Wire.EMBED_CONTENT,
                                "{'requests':[{'content':{'parts':[{'file_data':{}}]}}]}"))
                .isEmpty();
        assertThat(question(Wire.COMPLETIONS, "{'prompt':'a'}")).isEmpty();
        assertThat(question(Wire.COMPLETIONS, "{'prompt':'a','temperature':0,'preset':'mail'}"))
                .isEmpty();
        assertThat(question(Wire.COMPLETIONS, "{'prompt':'a','temperature':0}")).isPresent();
    }

    @Test
    void embedding_ofAnotherTextLengthOrForm_isAnother() {
        String one = key(Wire.EMBEDDINGS, "{'input':'a'}");
        assertThat(key(Wire.EMBEDDINGS, "{'input':'a','user':'u','model':'m'}")).isEqualTo(one);
        assertThat(key(Wire.EMBEDDINGS, "{'input':'A'}")).isNotEqualTo(one);
        assertThat(key(Wire.EMBEDDINGS, "{'input':'a','dimensions':3}")).isNotEqualTo(one);
        assertThat(key(Wire.EMBEDDINGS, "{'input':'a','encoding_format':'base64'}"))
                .isNotEqualTo(one);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "RESPONSES|{'store':false,'temperature':0,'input':'Hello'}",
                "RESPONSES|{'store':false,'temperature':0,'input':[{'role':'user','content':'Hello'}]}",
                "RESPONSES|{'store':false,'temperature':0,'input':[{'type':'message','role':'user',"
                        + "'content':[{'type':'input_text','text':'Hello'}]}]}",
                "GENERATE|{'generationConfig':{'temperature':0},"
                        + "'contents':[{'role':'user','parts':[{'text':'Hello'}]}]}",
                "CONVERSE|{'inferenceConfig':{'temperature':0},"
                        + "'messages':[{'role':'user','content':[{'text':'Hello'}]}]}",
            })
    void topic_isTheLastTextOfTheUser(Wire wire, String quoted) {
        Question.Topic topic = topic(wire, quoted);
        Question.Topic other = topic(wire, quoted.replace("Hello", "Good day"));
        assertThat(topic.text()).isEqualTo("Hello");
        assertThat(other.text()).isEqualTo("Good day");
        assertThat(other.group()).isEqualTo(topic.group());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "RESPONSES|{'store':false,'temperature':0,'input':[{'type':'function_call_output','output':'x'}]}",
                "RESPONSES|{'store':false,'temperature':0,'input':[{'role':'assistant','content':'x'}]}",
                "GENERATE|{'generationConfig':{'temperature':0},"
                        + "'contents':[{'role':'user','parts':[{'text':'a'},{'text':'b'}]}]}",
                "GENERATE|{'generationConfig':{'temperature':0},"
                        + "'contents':[{'role':'user','parts':[{'text':'a','thoughtSignature':'s'}]}]}",
                "CONVERSE|{'inferenceConfig':{'temperature':0},"
                        + "'messages':[{'role':'user','content':[{'text':'a'},{'cachePoint':{}}]}]}",
                "EMBEDDINGS|{'input':'a'}",
                "EMBED_CONTENT|{'content':{'role':'user','parts':[{'text':'a'}]}}",
                "COMPLETIONS|{'temperature':0,'prompt':'a'}",
            })
    void topic_ofAnythingElse_isNone(Wire wire, String quoted) {
        assertThat(topic(wire, quoted).text()).isEqualTo("none");
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void form_isPartOfTheQuestion_onlyWhereNoOtherCanBeTold(Wire wire) {
        CacheRule rule = Bodies.rule(Temperature.ZERO, false, null);
        String quoted =
                "{'store':false,'temperature':0,'generationConfig':{'temperature':0},"
                        + "'inferenceConfig':{'temperature':0}}";
        String body =
                wire.name().startsWith("EMBED") || wire == Wire.COMPLETIONS
                        ? "{'temperature':0}"
                        : quoted;
        String whole = key(wire, Form.WHOLE, body, rule);
        String events = key(wire, Form.EVENTS, body, rule);
        assertThat(whole.equals(events)).isEqualTo(wire.inEveryForm());
    }

    private static String key(Wire wire, Form form, String quoted, CacheRule rule) {
        return Question.of(Bodies.request("c", "acme", wire, form, quoted), rule)
                .orElseThrow()
                .key();
    }
}
