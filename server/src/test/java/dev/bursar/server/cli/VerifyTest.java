package dev.bursar.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class VerifyTest {

    @TempDir Path data;

    private record Ran(int code, String out, String err) {}

    @Test
    void known_ofAnEarlierReport_isComparedWithWhatCameAfter() {
        note(2);
        JsonNode before = JsonMapper.shared().readTree(verify("--json").out());
        String known = before.path("entries").asLong() + ":" + before.path("chain").asString();
        note(1);

        assertThat(verify("--known", known)).returns(0, Ran::code);
        Ran beyond = verify("--known", known.replace("2:", "4:"));
        assertThat(beyond.code()).isEqualTo(1);
        assertThat(beyond.out())
                .contains("position 4: the journal ends here, and is known to have had 4 entries")
                .endsWith("damaged\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "412", ":", "x:y", "0:", "1:0f3a"})
    void known_thatIsNone_isWrongUsage(String known) {
        note(1);
        assertThat(verify("--known", known))
                .returns(2, Ran::code)
                .satisfies(ran -> assertThat(ran.err()).contains("--known must be", known));
    }

    private void note(int times) {
        try (Authority authority =
                Authority.open(data, AuthoritySettings.DEFAULT, InstantSource.system())) {
            for (int i = 0; i < times; i++) {
                authority.submit(new Command.Note(null, Attribution.NONE));
            }
        }
    }

    private Ran verify(String... options) {
        List<String> arguments = new ArrayList<>(List.of("verify", "--data", data.toString()));
        arguments.addAll(List.of(options));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                CommandLines.run(
                        new PrintWriter(out),
                        new PrintWriter(err),
                        arguments.toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }
}
