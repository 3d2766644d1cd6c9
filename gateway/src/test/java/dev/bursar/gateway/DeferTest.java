package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.ladder.LadderSettings;
import dev.bursar.ledger.Budget.Mode;
import dev.bursar.ledger.Budget.Step.Action;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Calls that wait until their budgets have room.
class DeferTest extends WithLadders {

    @Test
    void defer_batchCall_waitsForAHoldToReturn() throws Exception {
        budget("slots", Unit.SLOTS, 1, Mode.HARD, at(100, Action.DEFER));
        CompletableFuture<FakeProvider.Answer> open = new CompletableFuture<>();
        house.provider.script(open::complete);
        var first =
                house.http.sendAsync(
                        house.request(Way.CHAT.path, Way.CHAT.body("")).build(),
                        HttpResponse.BodyHandlers.ofString());
        FakeProvider.Answer answer = open.get();
        house.provider.script(Way.CHAT::answer);
        var waiting = house.http.sendAsync(batch().build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.waiting() == 1);

        assertThat(house.post(Way.CHAT.path, Way.CHAT.body("")).statusCode()).isEqualTo(429);
        assertThat(waiting).isNotDone();
        Way.CHAT.answer(answer);

        assertThat(first.get().statusCode()).isEqualTo(200);
        assertThat(waiting.get().statusCode()).isEqualTo(200);
        assertThat(house.entries(Entry.Committed.class).getLast().attribution().numbers())
                .containsKey("deferred_millis");
        House.await(() -> house.gateway.waiting() == 0);
    }

    @Test
    void defer_windowResets_isLetInWithoutAnybodyElse() throws Exception {
        budget(
                "burst",
                List.of(),
                Unit.CALLS,
                1,
                new Window.Rolling(Duration.ofSeconds(2)),
                Mode.HARD,
                at(100, Action.DEFER));
        assertThat(call(Way.CHAT).statusCode()).isEqualTo(200);

        assertThat(house.send(batch()).statusCode()).isEqualTo(200);
    }

    @Test
    void defer_deadline_getsTheDenialItWouldHaveHad() throws Exception {
        with(new LadderSettings(new TreeMap<>(), FLOOR, Duration.ofSeconds(1), 100));
        budget("run", Unit.CALLS, 1, Mode.HARD, at(100, Action.DEFER));
        call(Way.CHAT);

        HttpResponse<String> answer = house.send(batch());

        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(error(answer).path("code").asString()).isEqualTo("budget_exhausted");
        assertThat(house.entries(Entry.Refused.class)).hasSize(1);
        assertThat(house.gateway.waiting()).isZero();
    }

    @Test
    void defer_fullLine_isDeniedAtOnce() throws Exception {
        with(new LadderSettings(new TreeMap<>(), FLOOR, Duration.ofSeconds(20), 1));
        budget("run", Unit.CALLS, 1, Mode.HARD, at(100, Action.DEFER));
        call(Way.CHAT);
        var waiting = house.http.sendAsync(batch().build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.waiting() == 1);

        assertThat(house.send(batch()).statusCode()).isEqualTo(402);
        assertThat(waiting).isNotDone();
    }

    @Test
    void defer_clientHangsUp_leavesTheLine() throws Exception {
        budget("run", Unit.CALLS, 1, Mode.HARD, at(100, Action.DEFER));
        call(Way.CHAT);
        var waiting = house.http.sendAsync(batch().build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.waiting() == 1);

        waiting.cancel(true);

        House.await(() -> house.gateway.waiting() == 0 && house.gateway.calls() == 0);
        assertThat(house.entries(Entry.Refused.class)).isEmpty();
    }

    @Test
    void defer_gatewayCloses_isToldToComeBack() throws Exception {
        budget("run", Unit.CALLS, 1, Mode.HARD, at(100, Action.DEFER));
        call(Way.CHAT);
        var waiting = house.http.sendAsync(batch().build(), HttpResponse.BodyHandlers.ofString());
        House.await(() -> house.gateway.waiting() == 1);

        house.gateway.close();

        assertThat(waiting.get().statusCode()).isEqualTo(503);
        assertThat(header(waiting.get(), "Retry-After")).isNotEmpty();
    }

    @Test
    void defer_belowTheLimit_keepsTheRestForInteractiveCalls() throws Exception {
        with(new LadderSettings(new TreeMap<>(), FLOOR, Duration.ofSeconds(1), 100));
        budget("run", Unit.CALLS, 4, Mode.HARD, at(50, Action.DEFER));
        call(Way.CHAT);

        assertThat(header(call(Way.CHAT), "X-Bursar-Decision")).isEqualTo("allow");
        // Its time over, it is decided as if it had not to wait.
        assertThat(house.send(batch()).statusCode()).isEqualTo(200);
        assertThat(house.entries(Entry.Committed.class).getLast().attribution().numbers())
                .hasEntrySatisfying(
                        "deferred_millis", millis -> assertThat(millis).isBetween(900L, 9_000L));
    }
}
