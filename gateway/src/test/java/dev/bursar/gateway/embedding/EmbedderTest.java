package dev.bursar.gateway.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EmbedderTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Embedder EMBEDDER = new Embedder();

    @AfterAll
    static void close() {
        EMBEDDER.close();
    }

    private static Embedding of(String text) {
        return EMBEDDER.embed(text, LONG).orElseThrow();
    }

    @Test
    void embed_textsThatMeanTheSame_areNearerThanOthers() {
        Embedding question = of("How do I reset my password?");
        assertThat(question.cosine(of("I forgot my password, how can I change it?")))
                .isGreaterThan(0.6);
        assertThat(question.cosine(of("What is the capital of France?"))).isLessThan(0.3);
        assertThat(question.cosine(of("how do i RESET my password?"))).isCloseTo(1, within(1e-6));
    }

    @Test
    void embed_text_isOfLengthOne() {
        double squares = 0;
        for (float value : of("a text").vector()) {
            squares += value * value;
        }
        assertThat(squares).isCloseTo(1, within(1e-5));
    }

    @Test
    void embed_moreThanTheModelReads_saysSo() {
        assertThat(of("word ".repeat(200)).whole()).isTrue();
        assertThat(of("word ".repeat(300)).whole()).isFalse();
        assertThat(of(" ".repeat(Embedder.MAX_CHARS) + "unseen").whole()).isFalse();
        assertThat(of("").whole()).isTrue();
    }

    @Test
    void embed_moreAtATimeThanFit_answersSomeAndTurnsAwayTheRest() throws Exception {
        int askers = 4 * Embedder.MAX_WAITING;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<Embedding>>> answers = new ArrayList<>();
            for (int i = 0; i < askers; i++) {
                String text = "question " + "about something ".repeat(60) + i;
                answers.add(threads.submit(() -> EMBEDDER.embed(text, LONG)));
            }
            int answered = 0;
            for (Future<Optional<Embedding>> answer : answers) {
                answered += answer.get().isPresent() ? 1 : 0;
            }
            assertThat(answered).isBetween(Embedder.MAX_WAITING, askers - 1);
        }
        assertThat(EMBEDDER.embed("afterwards", LONG)).isPresent();
    }

    /// Who loses the processor before it looks for its answer finds it all the same.
    @Test
    @Timeout(120)
    void embed_withoutPatience_isNotAnswered() {
        while (EMBEDDER.embed("something ".repeat(100), Duration.ofNanos(1)).isPresent()) {
            Thread.onSpinWait();
        }
        assertThat(EMBEDDER.embed("something", LONG)).isPresent();
    }

    @Test
    void embed_closed_isNotAnswered() {
        Embedder closed = new Embedder();
        closed.close();
        assertThat(closed.embed("text", LONG)).isEmpty();
    }

    @Test
    void embedding_withoutADirection_isRefused() {
        assertThatThrownBy(() -> Embedding.of(new float[Embedding.DIMENSIONS]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Embedding.of(new float[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
