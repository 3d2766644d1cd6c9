package dev.bursar.gateway.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordPiecesTest {

    private static final WordPieces WORDS = WordPieces.read(tokenizer());

    private static InputStream tokenizer() {
        return Objects.requireNonNull(
                WordPiecesTest.class.getResourceAsStream("/all-minilm-l6-v2-q-tokenizer.json"));
    }

    /// The ids are those that the tokenizer of the model's makers gives.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Hello, world!|101 7592 1010 2088 999 102",
                "HELLO  WORLD|101 7592 2088 102",
                "unaffable embeddings|101 14477 20961 3468 7861 8270 4667 2015 102",
                "Crème brûlée|101 13675 21382 7987 9307 2063 102",
                "don't pay $1,000.50|101 2123 1005 1056 3477 1002 1015 1010 2199 1012 2753 102",
            })
    void split_text_isTheModelsOwn(String text, String ids) {
        WordPieces.Pieces pieces = WORDS.split(text, 256);
        assertThat(text(pieces)).isEqualTo(ids);
        assertThat(pieces.whole()).isTrue();
    }

    @Test
    void split_nothing_isTheTwoMarks() {
        assertThat(text(WORDS.split(" \t\n", 256))).isEqualTo("101 102");
    }

    @Test
    void split_ideographs_areAlone() {
        assertThat(WORDS.split("東京", 256).ids()).hasSize(4);
    }

    @Test
    void split_longWord_isUnknown() {
        assertThat(text(WORDS.split("x".repeat(101), 256))).isEqualTo("101 100 102");
    }

    @ParameterizedTest
    @ValueSource(strings = {"翻译成英文:猫", "Should I 👍 it?", "สุนัขคืออะไร", "Name the symbol ∏"})
    void split_wordThatTheModelDoesNotKnow_isNotWhole(String text) {
        WordPieces.Pieces pieces = WORDS.split(text, 256);
        assertThat(pieces.ids()).contains(100);
        assertThat(pieces.whole()).isFalse();
    }

    @Test
    void split_markInTheText_isNoMark() {
        assertThat(WORDS.split("a [SEP] b", 256).ids()).containsOnlyOnce(102);
    }

    @Test
    void split_moreThanFits_endsWithTheMarkAndIsNotWhole() {
        WordPieces.Pieces pieces = WORDS.split("one two three four five", 5);
        assertThat(pieces.ids()).hasSize(5).endsWith(102);
        assertThat(pieces.whole()).isFalse();
        assertThat(WORDS.split("one two three", 5).whole()).isTrue();
    }

    @Test
    void vocabularyWithoutMarks_isRefused() {
        assertThatThrownBy(() -> new WordPieces(Map.of("a", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[CLS]");
    }

    private static String text(WordPieces.Pieces pieces) {
        return Arrays.stream(pieces.ids())
                .mapToObj(Long::toString)
                .collect(Collectors.joining(" "));
    }
}
