package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.CallView;
import dev.bursar.server.dashboard.view.Fact;
import dev.bursar.server.dashboard.view.Link;
import dev.bursar.usage.CallDetail;
import dev.bursar.usage.CallOutcome;
import dev.bursar.usage.CallRow;
import dev.bursar.usage.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// One call to the cent: what it was priced with, how its money was held and settled, and where that is
/// in the journal.
final class CallPage {

    /// What an answer of the cache would have cost.
    private static final String AVOIDED = "cost_avoided_microcents";

    private static final String MICROCENTS = "_microcents";

    /// Numbers of the record that are money, beside the costs of token classes.
    private static final Set<String> MONEY =
            Set.of("cost_beside_microcents", AVOIDED, "each_microcents", "unit_microcents");

    private final Usage usage;
    private final PriceLines prices;
    private final Frame frame;

    CallPage(Usage usage, PriceLines prices, Frame frame) {
        this.usage = usage;
        this.prices = prices;
        this.frame = frame;
    }

    /// Empty when there is no such call.
    Optional<CallView> view(Request request) {
        return usage.call(request.get("id"))
                .filter(detail -> request.maySee(detail.call().tenant()))
                .map(detail -> view(detail, request));
    }

    private CallView view(CallDetail detail, Request request) {
        CallRow call = detail.call();
        Clock clock = request.clock(call.tenant());
        return new CallView(
                frame.shell(request, "Call " + call.id(), Address.RUNS, call.tenant()),
                call.id(),
                run(call),
                Chips.of(call.outcome()),
                summary(call),
                facts(detail, clock),
                call.denied() ? Denials.view(detail, clock) : null,
                prices.of(detail),
                Money.exact(call.microcents()),
                Counts.grouped(call.tokens()),
                priceNote(detail),
                story(detail, clock),
                clock.zoneName(),
                units(detail),
                shadows(detail),
                subject(detail),
                details(detail));
    }

    private static Link run(CallRow call) {
        return call.run().isEmpty()
                ? Link.to("Calls without a run", Address.RUNS.text())
                : Link.to(call.run(), Address.run(call.tenant(), call.run()).text());
    }

    private static String summary(CallRow call) {
        String what = Lines.what(call);
        String by = call.provider().isEmpty() ? "" : " at " + call.provider();
        return call.denied()
                ? what + by + ", refused before it was made"
                : what + by + ", " + Money.exact(call.microcents());
    }

    private static List<Fact> facts(CallDetail detail, Clock clock) {
        CallRow call = detail.call();
        List<Fact> facts = new ArrayList<>();
        if (call.denied()) {
            facts.add(
                    Fact.of("Cost", Money.exact(0))
                            .note("asked to hold up to " + Money.exact(call.askedMicrocents())));
        } else {
            facts.add(Fact.of("Cost", Money.exact(call.microcents())).note(provenance(detail)));
            facts.add(Fact.of("Tokens", Counts.grouped(call.tokens())));
        }
        facts.add(
                Fact.of(call.tool().isEmpty() ? "Model" : "Tool", Lines.what(call))
                        .note(
                                call.requestedModel().isEmpty()
                                                || call.requestedModel().equals(call.model())
                                        ? ""
                                        : "asked for " + call.requestedModel()));
        addRoute(detail, facts);
        if (!call.status().isEmpty()) {
            facts.add(Fact.of("Provider said", call.status().replace('_', ' ')));
        }
        if (call.latencyMillis() >= 0) {
            Long first = detail.numbers().get("first_byte_millis");
            facts.add(
                    Fact.of("Latency", Moments.latency(call.latencyMillis()))
                            .note(
                                    first == null
                                            ? ""
                                            : "first byte after " + Moments.latency(first)));
        }
        facts.add(
                Fact.of(call.denied() ? "Denied" : "Settled", clock.relative(call.at()))
                        .note(clock.full(call.at())));
        return facts;
    }

    /// How the call came to its model, where there was a choice.
    private static void addRoute(CallDetail detail, List<Fact> facts) {
        Map<String, String> labels = detail.labels();
        String reason = labels.getOrDefault("route_reason", "");
        if (!reason.isEmpty()) {
            String route = labels.getOrDefault("route", "");
            String attempt = "attempt " + labels.getOrDefault("attempt", "1");
            facts.add(
                    route.isEmpty()
                            ? Fact.of("Route", attempt).note(reason)
                            : Fact.of("Route", route + ", " + attempt)
                                    .note(labels.getOrDefault("route_rule", "") + ": " + reason));
        }
    }

    private static String provenance(CallDetail detail) {
        String missing = detail.labels().get("unpriced_parts");
        if (missing != null) {
            return "not all of it: our price does not know " + words(missing);
        }
        return switch (detail.call().provenance()) {
            case "provider" -> "tokens and cost as the provider reported them";
            case "priced" ->
                    detail.call().tool().isEmpty()
                            ? "the provider's tokens at our price"
                            : "the price of the tool";
            case "stated" -> "as the agent said: the tool has no price";
            case "estimated" ->
                    detail.call().tool().isEmpty()
                            ? "estimated: the provider did not tell all of its usage"
                            : "what was held: the agent did not say what it took";
            case "unpriced" -> "no price for this model: charged at the ceiling";
            case "cached" -> "answered from the cache, which avoided " + avoided(detail);
            default -> "";
        };
    }

    private static String avoided(CallDetail detail) {
        return Money.exact(detail.numbers().getOrDefault(AVOIDED, 0L));
    }

    private static String priceNote(CallDetail detail) {
        if (detail.call().denied()) {
            return "";
        }
        if (!detail.call().tool().isEmpty()) {
            return "";
        }
        return detail.price().isEmpty()
                ? "No price row was used."
                : "Price row " + detail.price() + ". Each line is rounded up to 1/1,000,000 cent.";
    }

    private static List<CallView.Step> story(CallDetail detail, Clock clock) {
        CallRow call = detail.call();
        List<CallView.Step> story = new ArrayList<>();
        CallDetail.Reserve reserve = detail.reserve();
        if (reserve != null) {
            story.add(
                    new CallView.Step(
                            "Reserved " + amounts(detail.held()),
                            clock.seconds(reserve.at()),
                            "asked for %s · journal position %s"
                                    .formatted(
                                            amounts(reserve.asked()),
                                            Counts.grouped(reserve.position())),
                            ""));
        }
        if (!call.denied() && !call.status().isEmpty()) {
            story.add(answered(call, detail));
        }
        story.add(ended(detail, clock));
        return story;
    }

    private static CallView.Step answered(CallRow call, CallDetail detail) {
        String stop = detail.labels().getOrDefault("stop_reason", "");
        boolean good = call.status().startsWith("2");
        return new CallView.Step(
                (call.provider().isEmpty() ? "Provider" : call.provider())
                        + " answered "
                        + call.status().replace('_', ' '),
                Moments.latency(call.latencyMillis()),
                stop.isEmpty() ? "" : "stopped because: " + stop.replace('_', ' '),
                good ? "" : "bad");
    }

    private static CallView.Step ended(CallDetail detail, Clock clock) {
        CallRow call = detail.call();
        String what =
                switch (call.outcome()) {
                    case SETTLED -> "Settled at " + amounts(detail.actual());
                    case CHARGED -> "Charged " + amounts(detail.actual());
                    case EXPIRED -> "Hold ran out: charged " + amounts(detail.actual());
                    case RELEASED -> "Released, nothing spent";
                    case DENIED -> "Denied: asked for " + amounts(detail.asked());
                };
        String held = "";
        CallDetail.Reserve reserve = detail.reserve();
        if (reserve != null) {
            held =
                    "%s after the reserve · "
                            .formatted(Moments.length(Duration.between(reserve.at(), call.at())));
        }
        return new CallView.Step(
                what,
                clock.seconds(call.at()),
                held + "journal position " + Counts.grouped(call.position()),
                call.outcome() == CallOutcome.DENIED ? "bad" : "");
    }

    private static List<CallView.UnitLine> units(CallDetail detail) {
        CallDetail.Reserve reserve = detail.reserve();
        Map<String, Long> asked = reserve == null ? detail.asked() : reserve.asked();
        SortedSet<String> units = new TreeSet<>(asked.keySet());
        units.addAll(detail.held().keySet());
        units.addAll(detail.actual().keySet());
        List<CallView.UnitLine> lines = new ArrayList<>();
        for (String unit : units) {
            long held = detail.held().getOrDefault(unit, 0L);
            long actual = detail.actual().getOrDefault(unit, 0L);
            long overrun = detail.overrun().getOrDefault(unit, 0L);
            lines.add(
                    new CallView.UnitLine(
                            unitName(unit),
                            asked.containsKey(unit) ? Counts.of(unit, asked.get(unit)) : "–",
                            detail.held().containsKey(unit) ? Counts.of(unit, held) : "–",
                            detail.actual().containsKey(unit) ? Counts.of(unit, actual) : "–",
                            difference(unit, held - actual, overrun)));
        }
        return lines;
    }

    private static String difference(String unit, long left, long overrun) {
        if (overrun > 0) {
            return Counts.of(unit, overrun) + " above the hold";
        }
        return left > 0 ? Counts.of(unit, left) + " returned" : "–";
    }

    private static List<CallView.Shadow> shadows(CallDetail detail) {
        CallDetail.Reserve reserve = detail.reserve();
        if (reserve == null) {
            return List.of();
        }
        return reserve.wouldRefuse().stream()
                .map(block ->
                        new CallView.Shadow(
                                block.name(),
                                Address.budget(detail.call().tenant(), block.name()).text(),
                                "would have refused it: %s asked, %s left of %s"
                                        .formatted(
                                                Counts.of(block.unit(), block.asked()),
                                                Counts.of(block.unit(), block.affordable()),
                                                Counts.of(block.unit(), block.limit()))))
                .toList();
    }

    private static List<Fact> subject(CallDetail detail) {
        return detail.subject().entrySet().stream()
                .map(entry -> Fact.of(entry.getKey(), entry.getValue()))
                .toList();
    }

    /// What the gateway noted and no other part of the page says.
    private static List<Fact> details(CallDetail detail) {
        List<Fact> facts = new ArrayList<>();
        detail.labels().forEach((name, value) -> facts.add(Fact.of(words(name), value)));
        detail.numbers()
                .forEach((name, value) -> {
                    if (MONEY.contains(name)) {
                        String what = name.substring(0, name.length() - MICROCENTS.length());
                        facts.add(Fact.of(words(what), Money.exact(value)));
                    } else if (name.startsWith("tokens_beside_") || !isOfAClass(name)) {
                        facts.add(Fact.of(words(name), Counts.grouped(value)));
                    }
                });
        return facts;
    }

    private static boolean isOfAClass(String name) {
        return name.startsWith("tokens_") || name.startsWith("cost_");
    }

    private static String amounts(Map<String, Long> amounts) {
        List<String> parts = new ArrayList<>();
        Long usd = amounts.get("USD_MICROCENTS");
        if (usd != null) {
            parts.add(Money.exact(usd));
        }
        amounts.forEach((unit, value) -> {
            if (!"USD_MICROCENTS".equals(unit)) {
                parts.add(Counts.of(unit, value));
            }
        });
        return parts.isEmpty() ? "nothing" : String.join(", ", parts);
    }

    private static String unitName(String unit) {
        return "USD_MICROCENTS".equals(unit) ? "USD" : words(unit.toLowerCase(Locale.ROOT));
    }

    private static String words(String name) {
        return name.replace('_', ' ');
    }
}
