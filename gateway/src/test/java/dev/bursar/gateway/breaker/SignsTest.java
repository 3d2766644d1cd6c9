package dev.bursar.gateway.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignsTest {

    private static final String CHAT =
            "{'model':'m','messages':[{'role':'user','content':'Grüße: \uD83D\uDE00'}],'tools':[]}";

    private static Signs signs(String body) {
        return Signs.of("chat", body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uFEFF {'model':'m','messages':[{'role':'user','content':'Grüße: \uD83D\uDE00'}],'tools':[]}",
                "{ 'tools' : [ ] ,\n 'messages':[ {'content':'Grüße: \uD83D\uDE00','role':'user'} ],'model':'m' }",
                "{'model':'m','messages':[{'role':'user','content':'Gr\\u00fc\\u00DFe: \\ud83d\\ude00'}],'tools':[]}",
                "{'model':'m','stream':true,'stream_options':{'include_usage':true},'user':'u',"
                        + "'messages':[{'role':'user','content':'Grüße: \uD83D\uDE00'}],'tools':[]}",
                "{'model':'m','messages':[{'id':'1','role':'user','content':'Grüße: \uD83D\uDE00'}],"
                        + "'tools':[],'metadata':{'n':1}}"
            })
    void request_spelledOtherwise_isTheSame(String body) {
        assertThat(signs(body).request()).isEqualTo(signs(CHAT).request());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':'n','messages':[{'role':'user','content':'Grüße: \uD83D\uDE00'}],'tools':[]}",
                "{'model':'m','messages':[{'role':'user','content':'Grüsse: \uD83D\uDE00'}],'tools':[]}",
                "{'model':'m','messages':[{'role':'system','content':'Grüße: \uD83D\uDE00'}],'tools':[]}",
                "{'model':'m','messages':[{'role':'user','content':'Grüße: \uD83D\uDE00'}],'tools':[{}]}",
                "{'model':'m','messages':[{'role':'user','content':'Grüße: \uD83D\uDE00'}]}",
                "{'model':'m','messages':[{'role':'user','content':'Grüße: \uD83D\uDE00'}],'tools':[],'seed':1}",
                "{'model':'m','messages':[[{'role':'user','content':'Grüße: \uD83D\uDE00'}]],'tools':[]}"
            })
    void request_thatAsksForOtherThings_isAnother(String body) {
        assertThat(signs(body).request()).isNotEqualTo(signs(CHAT).request());
    }

    @Test
    void request_ofAnotherModelInThePath_isAnother() {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);

        assertThat(Signs.of("generate gemini-pro", body).request())
                .isEqualTo(Signs.of("generate gemini-pro", body).request())
                .isNotEqualTo(Signs.of("generate gemini-flash", body).request());
    }

    @Test
    void request_valuesOfOtherTypes_areOthers() {
        List<Long> hashes = new ArrayList<>();
        for (String value :
                List.of("null", "'null'", "1", "'1'", "[]", "{}", "[{}]", "[[]]", "''", "true")) {
            hashes.add(signs("{'model':" + value + "}").request());
        }
        assertThat(hashes).doesNotHaveDuplicates();
    }

    @Test
    void request_listsInOtherOrder_areOthers() {
        assertThat(signs("{'messages':[1,2]}").request())
                .isNotEqualTo(signs("{'messages':[2,1]}").request());
    }

    /// What a tool is asked for and brings may well be told apart by an id.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'messages':[{'role':'assistant','content':[{'type':'tool_use','id':'T','name':'get',"
                        + "'input':{'id':ID}}]}]}",
                "{'contents':[{'role':'model','parts':[{'functionCall':{'name':'get','args':{'id':ID}}}]}]}",
                "{'contents':[{'role':'user','parts':[{'functionResponse':{'response':{'id':ID}}}]}]}",
                "{'input':[{'type':'function_call_output','call_id':'c','output':'ID'}]}"
            })
    void request_idsInsideOfArguments_count(String body) {
        assertThat(signs(body.replace("ID", "1")).request())
                .isNotEqualTo(signs(body.replace("ID", "2")).request());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "chat | {'messages':[{'role':'user','content':'go'},{'role':'assistant','tool_calls':[{'id':'N',"
                        + "'type':'function','function':{'name':'f','arguments':'ARG'}}]},"
                        + "{'role':'tool','tool_call_id':'N','content':'RESULT'}]}",
                "messages | {'messages':[{'role':'user','content':'go'},{'role':'assistant','content':["
                        + "{'type':'text','text':'try N'},{'type':'tool_use','id':'N','name':'f','input':{'x':'ARG'}}]},"
                        + "{'content':[{'type':'tool_result','tool_use_id':'N','content':'RESULT',"
                        + "'cache_control':{'type':'N'}}],'role':'user'}]}",
                "responses | {'input':[{'role':'user','content':'go'},{'type':'reasoning','id':'N','summary':[]},"
                        + "{'type':'function_call','id':'N','call_id':'N','name':'f','arguments':'ARG'},"
                        + "{'type':'function_call_output','call_id':'N','output':'RESULT'}]}",
                "gemini | {'contents':[{'role':'user','parts':[{'text':'go'}]},{'role':'model','parts':["
                        + "{'text':'try N'},{'functionCall':{'id':'N','name':'f','args':{'x':'ARG'}}}]},"
                        + "{'role':'user','parts':[{'functionResponse':{'id':'N','name':'f','response':{'r':'RESULT'}}}]}]}",
                "converse | {'messages':[{'role':'user','content':[{'text':'go'}]},{'role':'assistant','content':["
                        + "{'text':'try N'},{'toolUse':{'toolUseId':'N','name':'f','input':{'x':'ARG'}}}]},"
                        + "{'role':'user','content':[{'toolResult':{'toolUseId':'N','content':["
                        + "{'text':'RESULT'}]}}]}]}"
            })
    void step_isTheLastCallsWithTheirResults(String dialect, String body) {
        long step = signs(filled(body, "1", "a", "r")).step();

        assertThat(step).as(dialect).isNotZero();
        assertThat(signs(filled(body, "2", "a", "r")).step()).isEqualTo(step);
        assertThat(signs(filled(body, "1", "b", "r")).step()).isNotEqualTo(step);
        assertThat(signs(filled(body, "1", "a", "s")).step()).isNotEqualTo(step);
    }

    private static String filled(String body, String id, String argument, String result) {
        return body.replace("'N'", "'" + id + "'")
                .replace("try N", "try " + id)
                .replace("ARG", argument)
                .replace("RESULT", result);
    }

    @Test
    void step_earlierOnes_doNotCount() {
        String first =
                "{'role':'assistant','tool_calls':[{'id':'0','function':{'arguments':'X'}}]},"
                        + "{'role':'tool','content':'X'},";
        String last =
                "{'role':'assistant','content':'hm','tool_calls':[{'id':'1','function':{'arguments':'a'}}]},"
                        + "{'role':'tool','content':'b'}";

        assertThat(signs("{'messages':[" + first + last + "]}").step())
                .isEqualTo(signs("{'messages':[" + last + "]}").step())
                .isNotEqualTo(
                        signs("{'messages':[" + first + first + last + last + "]}").request());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'messages':[{'role':'user','content':'go'}]}",
                // a person has spoken since
                "{'messages':[{'role':'assistant','tool_calls':[{'id':'1'}]},{'role':'tool','content':'r'},"
                        + "{'role':'user','content':'go on'}]}",
                // the calls are at the provider
                "{'previous_response_id':'x','input':[{'type':'function_call_output','output':'ok'}]}",
                "{'input':'just text'}",
                "{'input':['a','b']}"
            })
    void step_whereThereIsNone_is0(String body) {
        assertThat(signs(body).step()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "function_call_output    | true",
                "custom_tool_call_output | true",
                "apply_patch_call_output | false",
                "shell_call_output       | false",
            })
    void results_withoutTheirCalls_areTakenWhereTheAnswerTellsTheCall(String type, boolean taken) {
        Signs signs = signs("{'input':[{'type':'" + type + "','output':'ok'}]}");

        assertThat(signs.step()).isZero();
        assertThat(signs.results() != 0).isEqualTo(taken);
        assertThat(signs.after(7).step() != 0).isEqualTo(taken);
        assertThat(signs.after(0).step()).isZero();
    }

    @Test
    void step_withSomethingSaidBesideTheResult_isAnother() {
        String call =
                "{'role':'assistant','content':[{'type':'tool_use','id':'1','name':'f','input':{}}]}";
        String result = "{'type':'tool_result','tool_use_id':'1','content':'r'}";

        assertThat(signs(messages(call, result)).step())
                .isNotEqualTo(
                        signs(messages(call, result + ",{'type':'text','text':'stop'}")).step());
    }

    private static String messages(String call, String parts) {
        return "{'messages':[" + call + ",{'role':'user','content':[" + parts + "]}]}";
    }

    @Test
    void anyJson_writtenInTwoWays_isTheSame_andChangedIsNot() {
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("model", "m" + random.nextInt());
            tree.put("body", tree(random, 4));
            byte[] one = write(tree, random);
            byte[] other = write(tree, random);
            assertThat(Signs.of("", one).request())
                    .as("seed %d: %s", seed, new String(one, StandardCharsets.UTF_8))
                    .isEqualTo(Signs.of("", other).request());
            tree.put("body", List.of(tree.get("body")));
            assertThat(Signs.of("", write(tree, random)).request())
                    .as("seed %d", seed)
                    .isNotEqualTo(Signs.of("", one).request());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{'a", "{'a':", "{'a'}", "{'a':1", "[", "{'a':'\\u12"})
    void noJson_isABug(String body) {
        assertThatThrownBy(() -> signs(body)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static Object tree(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 3 : 6)) {
            case 0 -> random.nextInt(100);
            case 1 -> text(random);
            case 2 -> random.nextBoolean();
            case 3, 4 -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    fields.put(text(random), tree(random, depth - 1));
                }
                yield fields;
            }
            default -> {
                List<Object> items = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    items.add(tree(random, depth - 1));
                }
                yield items;
            }
        };
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            switch (random.nextInt(6)) {
                case 0 -> text.append("\"\\/\b\f\n\r\t".charAt(random.nextInt(8)));
                case 1 -> text.appendCodePoint(0x1F600 + random.nextInt(50));
                case 2 -> text.append((char) (0xA0 + random.nextInt(0x2000)));
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }

    private static byte[] write(Object value, Random random) {
        StringBuilder out = new StringBuilder();
        write(value, random, out);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(Object value, Random random, StringBuilder out) {
        out.append(" \n".repeat(random.nextInt(2)));
        switch (value) {
            case Map<?, ?> fields -> {
                List<Object> names = new ArrayList<>(fields.keySet());
                Collections.shuffle(names, random);
                String before = "{";
                for (Object name : names) {
                    out.append(before);
                    write(name, random, out);
                    out.append(':');
                    write(Objects.requireNonNull(fields.get(name)), random, out);
                    before = ",";
                }
                out.append(names.isEmpty() ? "{}" : "}");
            }
            case List<?> items -> {
                String before = "[";
                for (Object item : items) {
                    out.append(before);
                    write(item, random, out);
                    before = ",";
                }
                out.append(items.isEmpty() ? "[]" : "]");
            }
            case String text -> {
                out.append('"');
                text.chars().forEach(c -> write((char) c, random, out));
                out.append('"');
            }
            default -> out.append(value);
        }
        out.append("\t".repeat(random.nextInt(2)));
    }

    private static void write(char c, Random random, StringBuilder out) {
        String shorthand = "\"\\/\b\f\n\r\t";
        int escape = shorthand.indexOf(c);
        if (escape >= 0 && (c != '/' || random.nextBoolean())) {
            out.append(random.nextBoolean() ? unicode(c) : "\\" + "\"\\/bfnrt".charAt(escape));
        } else if (Character.isSurrogate(c)) {
            out.append(unicode(c)); // a pair has to be spelled the same way
        } else {
            out.append(random.nextInt(10) == 0 ? unicode(c) : String.valueOf(c));
        }
    }

    private static String unicode(char c) {
        return "\\u%04x".formatted((int) c);
    }
}
