package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.gateway.cache.CacheStats;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Many who ask the same at the same time, and the budgets of the one that asks for all of them.
class CacheHerdTest extends WithCachedAnswers {

    private static final String PATH = "/v1/chat/completions";

    private static final String STREAM =
            Samples.CHAT_DELTA_1 + Samples.CHAT_DELTA_2 + Samples.CHAT_USAGE + Samples.DONE;

    private CompletableFuture<HttpResponse<String>> start() {
        return house.http.sendAsync(
                house.request(PATH, Samples.CHAT_STREAM).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private void perRun(long microcents) {
        house.budget(
                "run",
                List.of("run"),
                Unit.USD_MICROCENTS,
                microcents,
                new Window.Life(),
                Budget.Mode.HARD);
    }

    private static void endless(FakeProvider.Answer answer) {
        if (!answer.response().closed()) {
            answer.write(Samples.CHAT_DELTA_1.replace("Hel", "word ".repeat(50)));
            answer.after(1, () -> endless(answer));
        }
    }

    @Test
    void stream_thatTheBudgetOfItsOwnRunStops_isFollowedByTheNextAlone() throws Exception {
        // Room for a call and a piece more.
        perRun(120_000);
        CompletableFuture<Void> go = new CompletableFuture<>();
        house.provider.script(answer -> {
            if (house.provider.received.size() == 1) {
                var _ = go.thenRun(() -> endless(answer.stream()));
            } else {
                answer.stream().write(STREAM).end();
            }
        });
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            calls.add(start());
        }
        House.await(() -> house.gateway.calls() == 6 && house.provider.received.size() == 1);
        go.complete(null);
        int cached = 0;
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            HttpResponse<String> answer = call.get(House.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(answer.statusCode()).isEqualTo(200);
            cached += header(answer, "X-Bursar-Decision").equals("cached") ? 1 : 0;
        }
        assertThat(house.entries(Entry.Committed.class))
                .extracting(entry -> entry.attribution().labels().get("status"))
                .containsExactlyInAnyOrder("stopped", "200");
        assertThat(house.provider.received).hasSize(2);
        assertThat(cached).isEqualTo(4);
    }

    @Test
    void call_thatABudgetDenies_isNoMiss() throws Exception {
        perRun(1);
        assertThat(house.post(PATH, Samples.CHAT_STREAM).statusCode()).isEqualTo(402);
        house.awaitEnded();
        assertThat(house.gateway.cache().stats().values())
                .extracting(CacheStats::misses)
                .allMatch(misses -> misses == 0);
    }
}
