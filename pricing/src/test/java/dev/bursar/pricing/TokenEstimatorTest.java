package dev.bursar.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenEstimatorTest {

    private static final TokenEstimator ESTIMATOR = new TokenEstimator();

    @ParameterizedTest
    @CsvSource({
        // The published examples of the two vocabularies: one text, two counts.
        "gpt-4o, お誕生日おめでとう, 8",
        "gpt-4, お誕生日おめでとう, 9",
        "gpt-4o, antidisestablishmentarianism, 6",
        "gpt-3.5-turbo, antidisestablishmentarianism, 6",
        "gpt-4o, 2 + 2 = 4, 7",
        "gpt-4, tiktoken is great!, 6",
        "gpt-4o, '', 0",
    })
    void count_knownTexts_isThatOfTheModelsVocabulary(String model, String text, long tokens) {
        assertThat(ESTIMATOR.count(model, text)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4o-mini-2024-07-18, 8, true",
        "gpt-5-nano, 8, true",
        "gpt-4.1, 8, true",
        "o3-mini, 8, true",
        "openai/gpt-oss-120b, 8, true",
        "openai.gpt-5.4, 8, true",
        "ft:gpt-4o-mini-2024-07-18:org::abc, 8, true",
        "gpt-4-turbo, 9, true",
        "gpt-35-turbo, 9, true",
        "text-embedding-3-small, 9, true",
        "claude-sonnet-4-5, 9, false",
        "gemini-2.5-pro, 9, false",
    })
    void count_modelNames_chooseTheVocabulary(String model, long tokens, boolean exact) {
        assertThat(ESTIMATOR.count(model, "お誕生日おめでとう")).isEqualTo(tokens);
        assertThat(ESTIMATOR.exact(model)).isEqualTo(exact);
    }

    @Test
    void count_specialTokenInTheText_isOrdinaryText() {
        assertThat(ESTIMATOR.count("gpt-4o", "a <|endoftext|> b <|fim_prefix|>")).isGreaterThan(8);
    }

    @Test
    void count_textTooLongToEncode_isItsByteBound() {
        String text = "ä".repeat(TokenEstimator.MAX_CHARS + 1);

        assertThat(ESTIMATOR.count("gpt-4o", text)).isEqualTo(2L * text.length());
    }

    @Test
    void preload_loadsWhatCountUses() {
        TokenEstimator fresh = new TokenEstimator();
        fresh.preload();

        assertThat(fresh.count("gpt-4o", "ready")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"'', 0", "abc, 3", "ä, 2", "お, 3", "😀, 4", "a😀ä, 7"})
    void upperBound_text_isItsUtf8Length(String text, long bytes) {
        assertThat(TokenEstimator.upperBound(text)).isEqualTo(bytes);
    }

    @Test
    void upperBound_unpairedSurrogates_countAsTheReplacementCharacter() {
        assertThat(TokenEstimator.upperBound("\ud83d")).isEqualTo(3);
        assertThat(TokenEstimator.upperBound("\ude00\ud83da")).isEqualTo(7);
    }

    @Test
    void upperBound_randomText_isNeverBelowTheCount() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(40);
            for (int j = 0; j < length; j++) {
                int limit = random.nextBoolean() ? 0x80 : 0x11000;
                int point = random.nextInt(limit);
                if (point < 0xd800 || point > 0xdfff) {
                    text.appendCodePoint(point);
                }
            }
            long bound = TokenEstimator.upperBound(text);

            assertThat(bound).isEqualTo(text.toString().getBytes(StandardCharsets.UTF_8).length);
            assertThat(ESTIMATOR.count("gpt-4o", text)).isLessThanOrEqualTo(bound);
            assertThat(ESTIMATOR.count("gpt-4", text)).isLessThanOrEqualTo(bound);
        }
    }
}
