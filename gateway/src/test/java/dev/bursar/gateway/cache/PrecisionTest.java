package dev.bursar.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.embedding.Embedder;
import dev.bursar.gateway.embedding.Embedding;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How often a hit by meaning is right, with the real model, over pairs of questions that were written to
/// be hard: most of those that differ do so in one word. What real traffic repeats is easier.
class PrecisionTest {

    private static final Embedder EMBEDDER = new Embedder();
    private static List<Pair> pairs = List.of();

    private record Pair(boolean same, double cosine, boolean exactPartsAgree) {

        private boolean isHit(double threshold) {
            return cosine >= threshold && exactPartsAgree;
        }
    }

    @BeforeAll
    static void measure() throws Exception {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        PrecisionTest.class.getResourceAsStream("questions.tsv")),
                                StandardCharsets.UTF_8))) {
            pairs =
                    lines.lines()
                            .filter(line -> !line.startsWith("#"))
                            .map(line -> pair(line.split("\t", -1)))
                            .toList();
        }
    }

    @AfterAll
    static void close() {
        EMBEDDER.close();
    }

    private static Pair pair(String[] fields) {
        return new Pair(
                fields[0].equals("same"),
                meaning(fields[1]).cosine(meaning(fields[2])),
                Topics.exact(fields[1]).equals(Topics.exact(fields[2])));
    }

    private static Embedding meaning(String text) {
        return EMBEDDER.embed(text, Duration.ofSeconds(60)).orElseThrow();
    }

    /// Hundredths; recall is of the pairs that mean the same.
    @ParameterizedTest
    @CsvSource({"0.95, 95, 50", "0.90, 90, 75", "0.80, 75, 88"})
    void hits_atAThreshold_areRightAsOftenAsDocumented(
            double threshold, long leastPrecision, long leastRecall) {
        long hits = pairs.stream().filter(pair -> pair.isHit(threshold)).count();
        long right = pairs.stream().filter(pair -> pair.same() && pair.isHit(threshold)).count();
        long same = pairs.stream().filter(Pair::same).count();
        assertThat(100 * right / hits).as("precision").isGreaterThanOrEqualTo(leastPrecision);
        assertThat(100 * right / same).as("recall").isGreaterThanOrEqualTo(leastRecall);
    }

    @Test
    void exactParts_takeWrongHitsAway() {
        long wrong = pairs.stream().filter(pair -> !pair.same() && pair.isHit(0.9)).count();
        long withoutThem =
                pairs.stream().filter(pair -> !pair.same() && pair.cosine() >= 0.9).count();
        assertThat(wrong).isLessThan(withoutThem / 2);
    }
}
