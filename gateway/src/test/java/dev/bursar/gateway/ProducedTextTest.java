package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bursar.pricing.TokenEstimator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProducedTextTest {

    private static final TokenEstimator ESTIMATOR = new TokenEstimator();

    /// Each makes more tokens when it is cut at `|`.
    private static final List<String> WORDS =
            List.of("establi|shment", "es|tablishment", "bu|dgeting", "reserv|ed");

    private final ProducedText text = new ProducedText();

    /// Characters whose tokens were counted.
    private long counted;

    private long count(String part) {
        counted += part.length();
        return ESTIMATOR.count("gpt-4o", part);
    }

    private long soFar() {
        return text.tokensSoFar(this::count);
    }

    /// Of the same text, in one piece.
    private long whole() {
        ProducedText same = new ProducedText();
        same.append(text.start());
        return same.tokens(part -> ESTIMATOR.count("gpt-4o", part));
    }

    @Test
    void tokens_noText_areNone() {
        assertThat(text.tokens(this::count)).isZero();
        assertThat(soFar()).isZero();
    }

    @Test
    void tokensSoFar_askedWithinWords_areThoseOfTheWholeText() {
        SplittableRandom random = new SplittableRandom(5);
        for (int asked = 0; asked < 200; asked++) {
            for (int i = random.nextInt(2, 20); i > 0; i--) {
                text.append(" cents of it");
            }
            String[] word = WORDS.get(random.nextInt(WORDS.size())).split("\\|", -1);
            text.append(" " + word[0]);
            assertThat(soFar()).as("asked %d times", asked + 1).isEqualTo(whole());
            text.append(word[1]);
        }
        assertThat(soFar()).isEqualTo(whole());
    }

    @Test
    void tokensSoFar_countNothingTwiceButTheLastWord() {
        int asked = 100;
        for (int i = 0; i < asked; i++) {
            text.append(" a budget that was reserved".repeat(5));
            soFar();
        }
        assertThat(counted)
                .isBetween(text.chars(), text.chars() + 2L * asked * " reserved".length());
    }

    @Test
    void tokensSoFar_withoutSpaces_countNothingTwice() {
        for (int i = 0; i < 100; i++) {
            text.append("誕生日おめでとうございます");
            soFar();
        }
        assertThat(counted).isEqualTo(text.chars());
    }

    @Test
    void tokens_afterTextWasCut_areThoseOfTheWholeText() {
        for (int i = 0; i < 50; i++) {
            text.append("-".repeat(37));
            soFar();
        }
        assertThat(soFar()).isGreaterThan(whole());
        assertThat(text.tokens(this::count)).isEqualTo(whole());
        assertThat(soFar()).as("what was counted wrongly is forgotten").isEqualTo(whole());
    }

    @Test
    void tokensSoFar_asMoreIsNotKept_growWithTheCharacters() {
        while (text.chars() < 3L * ProducedText.KEPT_CHARS) {
            text.append(" reserved".repeat(1_000));
            soFar();
        }
        assertThat(soFar()).isCloseTo(text.chars() / 9, within(2L));
    }
}
