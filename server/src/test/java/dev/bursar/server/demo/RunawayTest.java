package dev.bursar.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunawayTest {

    /// 15 cents in microcents.
    private static final long COST = 15_000_000;

    @Test
    void everyCall_costsFifteenCents_byTheBundledPrices() {
        SimulatedCall call =
                SimulatedCall.read(
                        Runaway.request().getBytes(StandardCharsets.UTF_8),
                        RequestShape.MESSAGES,
                        "/v1/messages");
        Reply reply = Reply.to(call, 1, 1, new PromptCache());

        TokenUsage usage =
                TokenUsage.of(
                        Map.of(
                                TokenClass.INPUT, (long) reply.prompt(),
                                TokenClass.OUTPUT, (long) reply.output()));
        long cost =
                PriceBook.bundled()
                        .find("anthropic", Runaway.MODEL, Instant.parse("2026-11-21T00:00:00Z"))
                        .orElseThrow()
                        .cost(usage)
                        .microcents();

        assertThat(reply.cacheRead() + reply.cacheWrite()).isZero();
        assertThat(cost).isEqualTo(COST);
    }
}
