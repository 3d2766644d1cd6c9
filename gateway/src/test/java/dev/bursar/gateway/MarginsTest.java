package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is learned of a model from what its provider bills.
class MarginsTest {

    private static final String CHAT = "/v1/chat/completions";

    @TempDir private Path data;

    private final Margins margins = new Margins();

    private void learn(int calls, long counted, long billed) {
        for (int i = 0; i < calls; i++) {
            margins.learn("openai", "m", counted, billed);
        }
    }

    @Test
    void percent_ofFewCalls_isTheUsualOne() {
        learn(Margins.ENOUGH - 1, 1_000, 1_020);
        assertThat(margins.percent("openai", "m", 115)).isEqualTo(115);
        learn(1, 1_000, 1_020);
        assertThat(margins.percent("openai", "m", 115)).isEqualTo(105);
        assertThat(margins.percent("openai", "other", 115)).isEqualTo(115);
    }

    @Test
    void percent_isThatOfTheDearestCallAndALittleMore_andForgetsOldCalls() {
        learn(1, 1_000, 1_700);
        learn(Margins.WINDOW - 1, 1_000, 1_100);
        assertThat(margins.percent("openai", "m", 115)).isEqualTo(173);
        learn(1, 1_000, 1_100);
        assertThat(margins.percent("openai", "m", 115)).isEqualTo(113);
    }

    @Test
    void percent_isNeverBelowTheCountAndNeverEndless() {
        learn(Margins.WINDOW, 1_000, 10);
        assertThat(margins.percent("openai", "m", 115)).isEqualTo(101);
        learn(1, 1_000, 1_000_000_000);
        assertThat(margins.percent("openai", "m", 115)).isEqualTo(400);
    }

    @Test
    void learn_ofShortRequestsAndOfNothing_isPassedOver() {
        learn(100, 63, 200);
        learn(100, 1_000, 0);
        assertThat(margins.learned()).isEmpty();
    }

    @Test
    void wantsMore_ofAFullWindow_isOneCallIn64() {
        learn(Margins.WINDOW, 1_000, 1_100);
        int wanted = 0;
        for (int i = 0; i < 640; i++) {
            wanted += margins.wantsMore("openai", "m") ? 1 : 0;
        }
        assertThat(wanted).isEqualTo(10);
    }

    @Test
    void restore_ofWhatWasKept_knowsTheSame() {
        learn(70, 1_000, 1_100);
        learn(1, 1_000, 1_300);
        Margins again = new Margins();
        again.restore(margins.kept());
        assertThat(again.learned()).isEqualTo(margins.learned());
        assertThat(again.learned().get("openai/m"))
                .isEqualTo(new Margins.Learned(Margins.WINDOW, 110, 130, 133));
        again.restore(new TreeMap<>(Map.of("x/y", new int[] {0, -1, 9_999})));
        assertThat(again.learned()).containsOnlyKeys("openai/m");
    }

    /// A body of many short words, whose byte bound is far above its count.
    private static String chat() {
        return Samples.CHAT.replace("Say hello", "word ".repeat(400));
    }

    private static String answer(long prompt) {
        return Samples.CHAT_ANSWER
                .replace("\"prompt_tokens\":40", "\"prompt_tokens\":" + prompt)
                .replace("\"total_tokens\":60", "\"total_tokens\":" + (prompt + 20));
    }

    @Test
    void calls_thatAreBilledAboveTheCount_areHeldForMore() throws Exception {
        House house = new House(data);
        try {
            // Too little for the bytes of a call, and enough for what is counted.
            house.budget(
                    "run",
                    List.of(Subject.RUN),
                    Unit.USD_MICROCENTS,
                    150_000,
                    new Window.Life(),
                    Budget.Mode.HARD);
            long first = heldTokens(house);
            for (int i = 1; i < Margins.ENOUGH; i++) {
                assertThat(heldTokens(house)).isEqualTo(first);
            }
            Margins.Learned learned = learned(house);
            assertThat(learned.medianPercent()).isBetween(130, 160);
            assertThat(learned.marginPercent()).isEqualTo(learned.mostPercent() + 3);
            long input = first - 100;
            assertThat(heldTokens(house) - 100)
                    .isBetween(
                            input * learned.marginPercent() / 115 - 2,
                            input * learned.marginPercent() / 115 + 2);
        } finally {
            house.close();
        }
    }

    /// What is learned comes after the answer.
    private static Margins.Learned learned(House house) throws Exception {
        String model = "openai/house-model";
        House.await(() -> {
            Margins.Learned learned = house.margins.learned().get(model);
            return learned != null && learned.samples() == Margins.ENOUGH;
        });
        return Objects.requireNonNull(house.margins.learned().get(model));
    }

    /// The tokens that are held for a call that is billed 600 tokens of input.
    private static long heldTokens(House house) throws Exception {
        house.provider.script(answer -> answer.json(200, answer(600)));
        HttpResponse<String> answer = house.post(CHAT, chat());
        assertThat(answer.statusCode()).isEqualTo(200);
        return house.entries(Entry.Reserved.class).getLast().asked().get(Unit.TOKENS);
    }
}
