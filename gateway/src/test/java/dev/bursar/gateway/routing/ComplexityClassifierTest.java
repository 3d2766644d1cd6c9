package dev.bursar.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.embedding.Embedder;
import dev.bursar.gateway.embedding.Embedding;
import dev.bursar.gateway.routing.ComplexityClassifier.Labelled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComplexityClassifierTest {

    private static final int FOLDS = 10;
    private static final long SEED = 7;

    /// Measured: 0.97. The margin is for other processors and for a change of a few examples.
    private static final double ACCURACY = 0.93;

    private static final Embedder EMBEDDER = new Embedder();
    private static final ComplexityClassifier CLASSIFIER = new ComplexityClassifier(EMBEDDER);

    @BeforeAll
    static void learn() throws Exception {
        assertThat(CLASSIFIER.judge("What is 1 + 1?").reason()).contains("still learning");
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!CLASSIFIER.isReady()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @AfterAll
    static void close() {
        EMBEDDER.close();
    }

    @Test
    void examples_areDistinctAndBalanced() {
        List<Labelled> examples = ComplexityClassifier.examples();
        assertThat(examples.stream().map(Labelled::question).distinct()).hasSameSizeAs(examples);
        assertThat(examples.stream().filter(Labelled::hard)).hasSize(examples.size() / 2);
    }

    @Test
    void questionsNotLearned_inCrossValidation_areJudgedAsMeasured() {
        List<Logistic.Example> examples = shuffled();
        int right = 0;
        for (int fold = 0; fold < FOLDS; fold++) {
            List<Logistic.Example> known = new ArrayList<>();
            List<Logistic.Example> held = new ArrayList<>();
            for (int i = 0; i < examples.size(); i++) {
                (i % FOLDS == fold ? held : known).add(examples.get(i));
            }
            Logistic model = Logistic.train(known);
            for (Logistic.Example example : held) {
                boolean hard = model.probability(example.numbers()) >= 0.5;
                right += hard == example.second() ? 1 : 0;
            }
        }
        double accuracy = (double) right / examples.size();
        assertThat(accuracy).isGreaterThanOrEqualTo(ACCURACY);
    }

    @ParameterizedTest
    @CsvSource({
        "What is the capital of Peru?, false",
        "Translate 'see you tomorrow' into Spanish., false",
        "Prove that the square root of three is irrational and generalize the argument., true",
        "Design a fault-tolerant payment system and discuss its failure modes in depth., true",
    })
    @Timeout(120)
    void judge_question_saysWhoSaysSo(String question, boolean hard) {
        Verdict verdict = CLASSIFIER.judge(question);
        while (verdict.reason().contains("has no time")) { // others have the processor
            verdict = CLASSIFIER.judge(question);
        }
        assertThat(verdict.hard()).isEqualTo(hard);
        assertThat(verdict.reason()).startsWith(hard ? "hard by" : "simple by");
    }

    private static List<Logistic.Example> shuffled() {
        List<Logistic.Example> examples = new ArrayList<>();
        for (Labelled labelled : ComplexityClassifier.examples()) {
            Embedding numbers =
                    EMBEDDER.embed(labelled.question(), Duration.ofSeconds(30)).orElseThrow();
            examples.add(new Logistic.Example(numbers, labelled.hard()));
        }
        Collections.shuffle(examples, new Random(SEED));
        return examples;
    }
}
