package dev.bursar.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.Margins;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What was learned of models outlasts the process.
class MarginsFileTest {

    @TempDir private Path data;

    @Test
    void learned_isThereAfterARestart() {
        Margins margins = new Margins();
        margins.restore(Map.of("anthropic/claude", new int[] {140, 151, 149}));
        try (MarginsFile file = new MarginsFile(data, margins)) {
            assertThat(file).isNotNull();
        }
        Margins again = new Margins();
        try (MarginsFile file = new MarginsFile(data, again)) {
            assertThat(file).isNotNull();
            assertThat(again.learned()).isEqualTo(margins.learned()).hasSize(1);
        }
        assertThat(data).isDirectoryNotContaining("glob:**.new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "7", "{\"a/b\":7}", "{\"a/b\":[\"x\",-3,99999999999]}"})
    void fileThatCannotBeRead_isAsNone(String content) throws Exception {
        Files.writeString(data.resolve("margins.json"), content);
        Margins margins = new Margins();
        try (MarginsFile file = new MarginsFile(data, margins)) {
            assertThat(file).isNotNull();
            assertThat(margins.learned()).isEmpty();
        }
        assertThat(data.resolve("margins.json")).hasContent("{}");
    }
}
