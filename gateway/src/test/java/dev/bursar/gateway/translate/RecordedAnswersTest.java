package dev.bursar.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Real answers of providers say the same in every form of a client: all of the text, the calls of tools,
/// why they stopped, and what they used.
final class RecordedAnswersTest {

    private static final List<Form> CLIENTS =
            List.of(Form.CHAT, Form.RESPONSES, Form.MESSAGES, Form.GENERATE);

    private static final List<Form> PROVIDERS =
            List.of(Form.CHAT, Form.MESSAGES, Form.GENERATE, Form.CONVERSE);

    /// One that begins anew in the middle of a call, two streams in one, and one whose arguments come as
    /// paths, which has to be asked for.
    private static final List<String> REFUSED =
            List.of(
                    "anthropic__anthropic-tool-search-bm25.1.chunks.txt",
                    "anthropic__spliced-message-start.chunks.txt",
                    "google__google-vertex-stream-tool-call-arguments-nested.1.chunks.txt");

    @BeforeEach
    void requireRecordings() {
        assumeTrue(Files.isDirectory(Recordings.folder()), "no recordings");
    }

    @Test
    void answers_inEveryFormOfAClient_sayTheSame() throws Exception {
        Map<Form, Integer> wholes = new EnumMap<>(Form.class);
        Map<Form, Integer> streams = new EnumMap<>(Form.class);
        List<String> misses = new ArrayList<>();
        for (Recordings.Answered answer : Recordings.answers()) {
            if (answer.form() == Form.RESPONSES || REFUSED.contains(answer.name())) {
                continue;
            }
            List<Recordings.Event> events =
                    answer.isStream()
                            ? answer.events()
                            : List.of(new Recordings.Event("", answer.whole().toString()));
            Told expected = Told.of(answer.form(), events, answer.isStream()).ended();
            (answer.isStream() ? streams : wholes).merge(answer.form(), 1, Integer::sum);
            for (Form client : CLIENTS) {
                if (client != answer.form()) {
                    compare(client, answer, expected, misses);
                }
            }
        }
        assertThat(misses).isEmpty();
        assertThat(wholes).containsOnlyKeys(PROVIDERS);
        assertThat(streams).containsOnlyKeys(PROVIDERS);
        assertThat(wholes.values().stream().mapToInt(each -> each).sum()).isGreaterThan(350);
        assertThat(streams.values().stream().mapToInt(each -> each).sum()).isGreaterThan(40);
    }

    @Test
    void streams_thatNoFormCanTell_areRefused() throws Exception {
        List<String> refused = new ArrayList<>();
        for (Recordings.Answered answer : Recordings.answers()) {
            if (REFUSED.contains(answer.name())) {
                try {
                    stream(Form.CHAT, answer);
                } catch (TranslationException e) {
                    refused.add(answer.name());
                }
            }
        }
        assertThat(refused).containsExactlyElementsOf(REFUSED);
    }

    private static void compare(
            Form client, Recordings.Answered answer, Told expected, List<String> misses) {
        String name = client + " of " + answer.name();
        try {
            Told told = answer.isStream() ? stream(client, answer) : whole(client, answer);
            if (!told.equals(expected)) {
                misses.add(name + "\n  told     " + told + "\n  expected " + expected);
            }
        } catch (TranslationException e) {
            misses.add(name + "\n  " + e.getMessage());
        }
    }

    private static Told whole(Form client, Recordings.Answered answer) {
        JsonNode told = Wire.answer(client, answer.form(), answer.whole().toString());
        return Told.of(client, List.of(new Recordings.Event("", told.toString())), false);
    }

    private static Told stream(Form client, Recordings.Answered answer) {
        StreamTranslation stream = Wire.between(client, answer.form()).stream("ours", true);
        StringBuilder all = new StringBuilder();
        for (Recordings.Event event : answer.events()) {
            byte[] data = Wire.bytes(event.data());
            all.append(Wire.text(stream.event(event.type(), data, 0, data.length)));
        }
        all.append(Wire.text(stream.end()));
        List<Recordings.Event> events =
                Wire.events(all.toString()).stream()
                        .map(event -> new Recordings.Event("", event.toString()))
                        .toList();
        return Told.of(client, events, true);
    }
}
