package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class QuestionsTest {

    private final Questions questions = new Questions();

    /// Asks on another thread, and returns when that has its turn or waits for it.
    private CompletableFuture<Questions.Turn> waiting(String provider) throws Exception {
        CompletableFuture<Questions.Turn> turn = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            begun.countDown();
                            try {
                                turn.complete(questions.next(provider));
                            } catch (InterruptedException e) {
                                turn.completeExceptionally(e);
                            }
                        });
        begun.await();
        House.await(() -> thread.getState() != Thread.State.RUNNABLE);
        return turn;
    }

    @Test
    void provider_withItsShareInUse_waitsAndOthersDoNot() throws Exception {
        Questions.Turn first = questions.next("a");
        for (int i = 1; i < Questions.SHARE; i++) {
            questions.next("a");
        }
        CompletableFuture<Questions.Turn> next = waiting("a");
        assertThat(next).isNotDone();
        questions.next("b").close();
        first.close();
        assertThat(next.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void questions_moreThanThereMayBeInAll_wait() throws Exception {
        for (int i = 0; i < Questions.MOST; i++) {
            questions.next("p" + i);
        }
        assertThat(waiting("another")).isNotDone();
    }

    @Test
    void providers_moreThanThereMayBe_haveOneShareTogether() throws Exception {
        for (int i = 0; i < Questions.MOST_PROVIDERS; i++) {
            questions.next("p" + i).close();
        }
        for (int i = 0; i < Questions.SHARE; i++) {
            questions.next("further");
        }
        assertThat(waiting("still further")).isNotDone();
        questions.next("p0").close();
    }
}
