package dev.bursar.server.dashboard;

import dev.bursar.pricing.Cost;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.TokenClass;
import dev.bursar.pricing.TokenUsage;
import dev.bursar.server.dashboard.view.CallView.PriceLine;
import dev.bursar.usage.CallDetail;
import dev.bursar.usage.CallRow;
import dev.bursar.usage.TokenLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Shows how the cost of a call was made: tokens of each class, times a rate.
///
/// Tokens and costs are those in the journal. The rate is looked up, and only shown where it gives that
/// very cost.
final class PriceLines {

    private final PriceLookup prices;

    PriceLines(PriceLookup prices) {
        this.prices = prices;
    }

    List<PriceLine> of(CallDetail detail) {
        Optional<Cost> cost = price(detail).map(price -> price.cost(usage(detail)));
        List<PriceLine> lines = new ArrayList<>();
        for (TokenLine line : detail.lines()) {
            String rate =
                    cost.flatMap(found -> rate(found, line))
                            .map(perMillion -> Money.exact(perMillion) + " / 1M")
                            .orElse("–");
            lines.add(
                    new PriceLine(
                            line.tokenClass().replace('_', ' '),
                            Counts.grouped(line.tokens()),
                            rate,
                            Money.exact(line.microcents())));
        }
        return lines;
    }

    /// The row that the call was priced with, if the book still has it under that id.
    private Optional<Price> price(CallDetail detail) {
        CallRow call = detail.call();
        CallDetail.Reserve reserve = detail.reserve();
        Instant at = reserve == null ? call.at() : reserve.at();
        return prices.find(call.provider(), call.model(), at)
                .filter(price -> price.id().equals(detail.price()));
    }

    private static Optional<Long> rate(Cost cost, TokenLine line) {
        return cost.lines().stream()
                .filter(priced -> priced.type().wire().equals(line.tokenClass()))
                .filter(priced -> priced.microcents() == line.microcents())
                .map(Cost.Line::rate)
                .findFirst();
    }

    private static TokenUsage usage(CallDetail detail) {
        TokenUsage usage = TokenUsage.NONE;
        for (TokenLine line : detail.lines()) {
            Optional<TokenClass> type = TokenClass.ofWire(line.tokenClass());
            if (type.isPresent()) {
                usage = usage.with(type.get(), line.tokens());
            }
        }
        return usage;
    }
}
