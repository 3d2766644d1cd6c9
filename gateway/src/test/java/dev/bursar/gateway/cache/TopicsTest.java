package dev.bursar.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.embedding.Embedding;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicsTest {

    private final Topics topics = new Topics();

    private static Embedding towards(float x, float y) {
        float[] vector = new float[Embedding.DIMENSIONS];
        vector[0] = x;
        vector[1] = y;
        return Embedding.of(vector);
    }

    private static Topics.Known known(String group, String key, float x, float y) {
        return new Topics.Known("acme", group, key, towards(x, y), List.of());
    }

    @Test
    void nearest_ofTheGroup_isTheOneAboveTheThreshold() {
        topics.add(known("g", "a", 1, 0));
        topics.add(known("g", "b", 1, 0.1f));
        topics.add(known("h", "c", 1, 0.2f));
        assertThat(topics.nearest("acme", "g", towards(1, 0.2f), List.of(), 0.9))
                .hasValueSatisfying(near -> assertThat(near.key()).isEqualTo("b"));
        assertThat(topics.nearest("other", "g", towards(1, 0.2f), List.of(), 0.9)).isEmpty();
        assertThat(topics.nearest("acme", "g", towards(0, 1), List.of(), 0.9)).isEmpty();
        assertThat(topics.nearest("acme", "g", towards(1, 0), List.of("5"), 0.9)).isEmpty();
    }

    @Test
    void add_moreThanAGroupHolds_dropsTheOldest() {
        for (int i = 0; i <= Topics.MAX_IN_GROUP; i++) {
            topics.add(known("g", "k" + i, i == 0 ? 0 : 1, 1));
        }
        assertThat(topics.size()).isEqualTo(Topics.MAX_IN_GROUP);
        assertThat(topics.nearest("acme", "g", towards(0, 1), List.of(), 0.99)).isEmpty();
    }

    @Test
    void remove_lastOfAGroup_leavesNothing() {
        Topics.Known one = known("g", "a", 1, 0);
        topics.add(one);
        topics.remove(one);
        topics.remove(one);
        assertThat(topics.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "What is 12.5% of 80?|What is 80% of 12.5?|false",
                "Do it|Do not do it|false",
                "I can't log in|I cannot log in|true",
                "Translate \"yes\"|Translate \"no\"|false",
                "From Berlin to Hamburg|From Hamburg to Berlin|false",
                "Is it open today?|Is it open tomorrow?|false",
                "Use python here|Use Python here|false",
                "Well. Then go|Well. And go|true",
                "Open the door|Please open that door|true",
                "Since 2024-01-02|Since 2024-01-03|false",
            })
    void exact_partsOfATextThatMustBeTheSame(String one, String other, boolean same) {
        assertThat(Topics.exact(one).equals(Topics.exact(other))).isEqualTo(same);
    }
}
