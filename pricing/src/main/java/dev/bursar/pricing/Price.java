package dev.bursar.pricing;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What the tokens of one model of one provider cost from one moment on, until a later price of the
/// same model takes over.
///
/// `free` is a price: every rate is 0 and somebody said so. A price that is not free charges
/// something. A model that has no `Price` is unpriced, which is never the same as free.
///
/// @param id names this row in the journal, for example `openai/o3@2025-06-10`
/// @param from the first moment it holds; `Instant.EPOCH` for "as far back as we know"
/// @param rates of calls whose input reaches no tier
/// @param tiers by ascending start; each states the same token classes as `rates`
/// @param contextWindow the most tokens of input and output together, 0 when not known
/// @param maxOutputTokens the most tokens of one answer, 0 when not known
public record Price(
        String id,
        String provider,
        String model,
        Instant from,
        Rates rates,
        List<Tier> tiers,
        boolean free,
        long contextWindow,
        long maxOutputTokens) {

    /// The most characters of a provider's or a model's name.
    public static final int MAX_NAME_CHARS = 256;

    public Price {
        requireName("provider", provider);
        requireName("model", model);
        tiers = List.copyOf(tiers);
        if (free != rates.allZero()) {
            throw new IllegalArgumentException(
                    free
                            ? "a free price cannot have rates"
                            : "all rates are 0: a model that costs nothing must be called free");
        }
        long previous = 0;
        for (Tier tier : tiers) {
            if (tier.over() <= previous) {
                throw new IllegalArgumentException(
                        "tiers must ascend: " + tier.over() + " after " + previous);
            }
            if (!tier.rates().statesSameAs(rates)) {
                throw new IllegalArgumentException(
                        "tier over " + tier.over() + " must state the classes of its price");
            }
            previous = tier.over();
        }
        if (contextWindow < 0 || maxOutputTokens < 0) {
            throw new IllegalArgumentException("a number of tokens cannot be negative");
        }
    }

    /// A price without tiers or known limits, such as one from the configuration. Its id starts with
    /// `own:`, as the bundled book may have a row of the same model and day.
    ///
    /// @throws IllegalArgumentException when a name is blank or too long, or all rates are 0
    public static Price of(String provider, String model, Instant from, Rates rates) {
        String id = "own:" + id(provider, model, from);
        return new Price(id, provider, model, from, rates, List.of(), false, 0, 0);
    }

    /// A price of nothing, since ever. `model` may be `*`: everything this provider has.
    public static Price free(String provider, String model) {
        Instant from = Instant.EPOCH;
        String id = "own:" + id(provider, model, from);
        return new Price(id, provider, model, from, Rates.FREE, List.of(), true, 0, 0);
    }

    /// The cost of `usage`: one line per class that was used, each rounded up to a microcent.
    ///
    /// The tier is chosen by all input tokens together, cached ones too, and holds for every token
    /// of the call.
    ///
    /// @throws ArithmeticException when the cost does not fit a `long`
    public Cost cost(TokenUsage usage) {
        Rates applied = ratesFor(usage.input());
        List<Cost.Line> lines = new ArrayList<>();
        long total = 0;
        for (TokenClass type : TokenClass.values()) {
            long tokens = usage.get(type);
            if (tokens > 0) {
                long rate = applied.of(type);
                long microcents = Rates.charge(tokens, rate);
                lines.add(new Cost.Line(type, tokens, rate, microcents));
                total = Math.addExact(total, microcents);
            }
        }
        return new Cost(total, lines);
    }

    /// The most microcents that a call with at most these tokens can cost, whatever their split over
    /// `classes`: the dearest class of each side, at the dearest tier that up to `inputTokens` can reach.
    /// No [#cost(TokenUsage)] within these counts and classes is above it.
    ///
    /// @throws IllegalArgumentException when a count is negative or above [TokenUsage#MAX_COUNT]
    /// @throws ArithmeticException when the cost does not fit a `long`
    public long upperBound(Set<TokenClass> classes, long inputTokens, long outputTokens) {
        TokenUsage checked = TokenUsage.of(inputTokens, outputTokens);
        long input = checked.input();
        long output = checked.output();
        long bound = bound(rates, classes, input, output);
        for (Tier tier : tiers) {
            if (tier.over() < input) {
                bound = Math.max(bound, bound(tier.rates(), classes, input, output));
            }
        }
        return bound;
    }

    /// The rates of a call with this many input tokens in total.
    public Rates ratesFor(long inputTokens) {
        Rates applied = rates;
        for (Tier tier : tiers) {
            if (inputTokens > tier.over()) {
                applied = tier.rates();
            }
        }
        return applied;
    }

    /// The usual id: `provider/model`, and `@` with the date (UTC), or the instant when it is no
    /// midnight, unless it holds since ever.
    static String id(String provider, String model, Instant from) {
        String name = provider + "/" + model;
        if (from.equals(Instant.EPOCH)) {
            return name;
        }
        LocalDate date = LocalDate.ofInstant(from, ZoneOffset.UTC);
        boolean midnight = date.atStartOfDay(ZoneOffset.UTC).toInstant().equals(from);
        return name + "@" + (midnight ? date : from);
    }

    Price withTier(Tier tier) {
        List<Tier> more = new ArrayList<>(tiers);
        more.add(tier);
        return new Price(
                id, provider, model, from, rates, more, free, contextWindow, maxOutputTokens);
    }

    private static long bound(Rates rates, Set<TokenClass> classes, long input, long output) {
        return Math.addExact(
                rates.upperBound(classes, true, input), rates.upperBound(classes, false, output));
    }

    private static void requireName(String what, String name) {
        if (name.isBlank() || name.length() > MAX_NAME_CHARS) {
            throw new IllegalArgumentException(
                    what + " must have 1 to " + MAX_NAME_CHARS + " characters: " + name.length());
        }
    }

    /// The rates of calls with more than `over` input tokens.
    public record Tier(long over, Rates rates) {}
}
