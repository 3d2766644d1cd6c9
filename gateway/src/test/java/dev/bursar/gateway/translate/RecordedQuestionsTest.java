package dev.bursar.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// Real requests mean the same in every form of a provider: what is written there and read again is the
/// question that was asked. What cannot be told is refused with its field.
final class RecordedQuestionsTest {

    private static final List<Form> READABLE = List.of(Form.CHAT, Form.MESSAGES, Form.GENERATE);

    /// Files, sounds, videos, tools of servers, stored conversations, and formats that a provider has not.
    private static final Set<String> REFUSED =
            Set.of(
                    "CHAT messages[n].content[n].image_url.url",
                    "CHAT messages[n].content[n].type",
                    "CHAT moderation",
                    "CHAT response_format.type",
                    "CHAT tools[n].type",
                    "CHAT web_search_options",
                    "GENERATE cachedContent",
                    "GENERATE contents[n].parts[n].fileData.fileUri",
                    "GENERATE contents[n].parts[n].fileData.mimeType",
                    "GENERATE contents[n].parts[n].functionResponse.parts",
                    "GENERATE contents[n].parts[n].inlineData.mimeType",
                    "GENERATE contents[n].parts[n].videoMetadata",
                    "GENERATE generationConfig.logprobs",
                    "GENERATE generationConfig.responseMimeType",
                    "GENERATE modelArmorConfig",
                    "GENERATE tools[n].fileSearch",
                    "MESSAGES container",
                    "MESSAGES mcp_servers",
                    "MESSAGES messages[n].content[n].content[n].source.url",
                    "MESSAGES messages[n].content[n].content[n].type",
                    "MESSAGES messages[n].content[n].source.url",
                    "MESSAGES messages[n].content[n].type",
                    "MESSAGES tools[n].type",
                    "RESPONSES background",
                    "RESPONSES conversation",
                    "RESPONSES include",
                    "RESPONSES input[n].content[n].image_url",
                    "RESPONSES input[n].content[n].type",
                    "RESPONSES input[n].output[n].type",
                    "RESPONSES input[n].type",
                    "RESPONSES previous_response_id",
                    "RESPONSES text.format.type",
                    "RESPONSES tools[n].type");

    @Test
    void questions_inEveryFormOfAProvider_meanTheSame() throws Exception {
        assumeTrue(Files.isDirectory(Recordings.folder()), "no recordings");
        List<String> misses = new ArrayList<>();
        Set<String> refused = new TreeSet<>();
        int told = 0;
        for (Recordings.Asked asked : Recordings.questions()) {
            if (asked.form() == Form.CONVERSE) {
                continue;
            }
            for (Form provider : READABLE) {
                if (provider == asked.form()) {
                    continue;
                }
                try {
                    byte[] written =
                            Wire.between(asked.form(), provider)
                                    .request(
                                            Wire.bytes(asked.body().toString()),
                                            "gemini-2",
                                            false,
                                            4096);
                    String before = meaning(read(asked.form(), asked.body().toString()));
                    String after = meaning(read(provider, Wire.text(written)));
                    if (!after.equals(before)) {
                        misses.add(asked.name() + " " + provider + "\n" + before + "\n" + after);
                    }
                    told++;
                } catch (TranslationException e) {
                    refused.add(asked.form() + " " + e.field().replaceAll("\\d+", "n"));
                }
            }
        }
        assertThat(misses).isEmpty();
        assertThat(refused).isEqualTo(REFUSED);
        assertThat(told).isGreaterThan(500);
    }

    private static Question read(Form form, String body) {
        ObjectNode json = (ObjectNode) Wire.json(body);
        return switch (form) {
            case CHAT -> new ChatReader().read(json);
            case RESPONSES -> new ResponsesReader().read(json);
            case MESSAGES -> new MessagesReader().read(json);
            case GENERATE -> new GenerateReader().read(json);
            case CONVERSE -> throw new AssertionError();
        };
    }

    private static boolean isPicture(Question.Part part) {
        return part instanceof Question.Picture || part instanceof Question.PictureAt;
    }

    /// All that every form can tell.
    private static String meaning(Question question) {
        StringBuilder all = new StringBuilder();
        question.system().forEach(text -> all.append("system ").append(text).append('\n'));
        for (Question.Turn turn : question.turns()) {
            all.append(turn.role()).append(' ').append(Question.joined(turn.parts()));
            for (Question.Call call : turn.calls()) {
                all.append("\ncall ").append(CallIds.plain(call.id())).append(' ');
                all.append(call.name()).append(' ').append(call.arguments());
            }
            for (Question.Result result : turn.results()) {
                all.append("\nresult ").append(CallIds.plain(result.id())).append(' ');
                all.append(result.text());
            }
            all.append("\npictures ");
            all.append(
                    turn.parts().stream().filter(RecordedQuestionsTest::isPicture).count()
                            + turn.results().stream().mapToInt(r -> r.pictures().size()).sum());
            all.append('\n');
        }
        for (Question.Tool tool : question.tools()) {
            all.append("tool ").append(tool.name()).append(' ').append(tool.description());
            all.append(' ').append(Schemas.ofObject(tool.schema())).append('\n');
        }
        Question.Choice choice = question.choice();
        if (choice != null && !question.tools().isEmpty()) {
            all.append(choice.mode()).append(' ').append(choice.name()).append('\n');
        }
        Question.Format format = question.format();
        all.append(format == null ? "any" : String.valueOf(format.schema())).append('\n');
        all.append(question.sampling().temperature()).append(question.sampling().topP());
        Long bound = question.maxTokens();
        return all.append(bound == null ? 4096 : bound).toString();
    }
}
