package dev.bursar.gateway.routing;

import dev.bursar.gateway.embedding.Embedder;
import dev.bursar.gateway.embedding.Embedding;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Tells simple questions from hard ones by what they are about: the embedding of the question, and a
/// logistic regression over the 200 labelled questions in `complexity.tsv`, which we wrote. It learns
/// when it is first needed, in the background; until then, and where the embedder has no time, it does
/// not know. Thread-safe.
public final class ComplexityClassifier {

    private static final String EXAMPLES = "complexity.tsv";
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration TRAINING_PATIENCE = Duration.ofSeconds(30);
    private static final double HARD = 0.5;

    private final Embedder embedder;
    private final AtomicBoolean learning = new AtomicBoolean();
    private volatile @Nullable Logistic learned;

    public ComplexityClassifier(Embedder embedder) {
        this.embedder = embedder;
    }

    /// A labelled question.
    record Labelled(String question, boolean hard) {}

    /// Learns in the background, once.
    public void prepare() {
        if (learning.compareAndSet(false, true)) {
            Thread.ofVirtual().name("complexity-training").start(this::learn);
        }
    }

    /// How hard a question is. Waits for the embedder, for half a second at most.
    public Verdict judge(String question) {
        Logistic model = learned;
        if (model == null) {
            prepare();
            return Verdict.unknown("the classifier is still learning");
        }
        Optional<Embedding> embedding = embedder.embed(question, PATIENCE);
        if (embedding.isEmpty()) {
            return Verdict.unknown("the classifier has no time");
        }
        double probability = model.probability(embedding.get());
        boolean hard = probability >= HARD;
        return new Verdict(
                hard,
                String.format(
                        Locale.ROOT,
                        "%s by classifier, %.2f",
                        hard ? "hard" : "simple",
                        hard ? probability : 1 - probability));
    }

    /// Whether it has learned.
    boolean isReady() {
        return learned != null;
    }

    /// What the embedder cannot answer now is tried again by the next call that asks.
    private void learn() {
        List<Logistic.Example> examples = embedded(examples());
        if (examples.isEmpty()) {
            learning.set(false);
        } else {
            learned = Logistic.train(examples);
        }
    }

    /// None when one of them cannot be embedded.
    private List<Logistic.Example> embedded(List<Labelled> labelled) {
        List<Logistic.Example> examples = new ArrayList<>();
        for (Labelled example : labelled) {
            Optional<Embedding> embedding = embedder.embed(example.question(), TRAINING_PATIENCE);
            if (embedding.isEmpty()) {
                return List.of();
            }
            examples.add(new Logistic.Example(embedding.get(), example.hard()));
        }
        return examples;
    }

    /// The questions in the jar.
    static List<Labelled> examples() {
        List<Labelled> examples = new ArrayList<>();
        InputStream resource =
                Objects.requireNonNull(ComplexityClassifier.class.getResourceAsStream(EXAMPLES));
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int tab = line.indexOf('\t');
                examples.add(
                        new Labelled(
                                line.substring(tab + 1), line.substring(0, tab).equals("hard")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return examples;
    }
}
