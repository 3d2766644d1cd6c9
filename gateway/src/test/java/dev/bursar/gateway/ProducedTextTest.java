package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bursar.pricing.TokenEstimator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProducedTextTest {

    private static final TokenEstimator ESTIMATOR = new TokenEstimator();
    private static final String MODEL = "gpt-4o";
    private static final List<String> WORDS =
            List.of(
                    "budget",
                    "the",
                    "reserved",
                    "cents",
                    "antidisestablishmentarianism",
                    "42",
                    "of");

    private final ProducedText text = new ProducedText();

    private long whole() {
        return text.tokens(ESTIMATOR, MODEL);
    }

    private long soFar() {
        return text.tokensSoFar(ESTIMATOR, MODEL);
    }

    @Test
    void tokens_noText_areNone() {
        assertThat(whole()).isZero();
        assertThat(soFar()).isZero();
    }

    @Test
    void tokensSoFar_wordsInPieces_areThoseOfTheWholeText() {
        SplittableRandom random = new SplittableRandom(5);
        for (int asked = 0; asked < 60; asked++) {
            for (int i = random.nextInt(2, 20); i > 0; i--) {
                text.append(" " + WORDS.get(random.nextInt(WORDS.size())));
            }
            text.append(" antidis");
            assertThat(soFar()).as("in the middle of a word, %d", asked).isEqualTo(whole());
            text.append("establishment");
        }
        assertThat(soFar()).isEqualTo(whole()).isGreaterThan(400);
    }

    @Test
    void tokensSoFar_withoutSpaces_countOneMoreEachTimeAtMost() {
        int asked = 50;
        for (int i = 0; i < asked; i++) {
            text.append("誕生日おめでとうございます".repeat(20));
            assertThat(soFar()).isBetween(whole(), whole() + i + 1);
        }
    }

    @Test
    void tokensSoFar_asMoreIsNotKept_growWithTheCharacters() {
        String piece = " reserved".repeat(1_000);
        while (text.chars() <= 3L * ProducedText.KEPT_CHARS) {
            text.append(piece);
            soFar();
        }
        assertThat(soFar()).isEqualTo(whole()).isCloseTo(text.chars() / 9, within(2L));
    }
}
