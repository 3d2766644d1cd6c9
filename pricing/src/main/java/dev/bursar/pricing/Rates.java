package dev.bursar.pricing;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/// What one million tokens of each class cost, in integer microcents (1 USD = 10^8). Immutable.
///
/// A rate is 0 to [#MAX_RATE]. Plain input must be stated. A class without a rate of its own is
/// charged like the plain class it belongs to, never less and never nothing:
///
/// | class | falls back to |
/// |---|---|
/// | `cache_read`, `cache_write_5m`, `audio_input`, `image_input` | `input` |
/// | `cache_write_1h` | the dearer of `cache_write_5m` and `input` |
/// | `reasoning`, `audio_output`, `image_output` | `output` |
/// | `output` (of models that only read, such as embeddings) | the dearest rate stated |
public final class Rates {

    /// The largest rate: 10,000 USD per 1M tokens, far above any published price.
    public static final long MAX_RATE = 1_000_000_000_000L;

    /// One million, the number of tokens a rate is for.
    static final long TOKENS_PER_RATE = 1_000_000L;

    private static final int MICROCENT_DIGITS = 8;
    private static final Pattern DECIMAL =
            Pattern.compile("[0-9]{1,9}(?:\\.[0-9]{1," + MICROCENT_DIGITS + "})?");
    private static final TokenClass[] CLASSES = TokenClass.values();

    static final Rates FREE = free();

    /// What the price itself says; never changed after construction.
    private final Map<TokenClass, Long> stated;

    /// Every class, after the fallbacks; never changed after construction.
    private final Map<TokenClass, Long> effective;

    private Rates(EnumMap<TokenClass, Long> stated) {
        this.stated = stated;
        this.effective = withFallbacks(stated);
    }

    /// @throws IllegalArgumentException when input is missing, or a rate is negative or too large
    public static Rates of(Map<TokenClass, Long> rates) {
        EnumMap<TokenClass, Long> stated = new EnumMap<>(TokenClass.class);
        rates.forEach((type, rate) -> stated.put(type, checked(type, rate)));
        if (!stated.containsKey(TokenClass.INPUT)) {
            throw new IllegalArgumentException("a price needs an input rate");
        }
        return new Rates(stated);
    }

    /// Microcents per 1M tokens from plain decimal USD per 1M tokens, exactly: `"0.075"` is 7,500,000.
    ///
    /// @throws IllegalArgumentException when it is no plain decimal of at most eight fractional
    ///     digits, or above [#MAX_RATE]
    public static long parseUsd(String usdPerMillionTokens) {
        if (!DECIMAL.matcher(usdPerMillionTokens).matches()) {
            throw new IllegalArgumentException(
                    "not a price in plain decimal USD (0.00000001 at the finest): "
                            + usdPerMillionTokens);
        }
        long rate =
                new BigDecimal(usdPerMillionTokens)
                        .movePointRight(MICROCENT_DIGITS)
                        .longValueExact();
        if (rate > MAX_RATE) {
            throw new IllegalArgumentException(
                    "above 10000 USD per 1M tokens: " + usdPerMillionTokens);
        }
        return rate;
    }

    /// The rate that a token of `type` is charged at.
    public long of(TokenClass type) {
        return Objects.requireNonNull(effective.get(type));
    }

    /// The rate that the price itself names for `type`.
    public OptionalLong stated(TokenClass type) {
        Long rate = stated.get(type);
        return rate == null ? OptionalLong.empty() : OptionalLong.of(rate);
    }

    /// The dearest rate of the input side, or of the output side.
    public long dearest(boolean input) {
        long dearest = 0;
        for (TokenClass type : CLASSES) {
            if (type.isInput() == input) {
                dearest = Math.max(dearest, of(type));
            }
        }
        return dearest;
    }

    /// Whether every token costs nothing.
    public boolean allZero() {
        return dearest(true) == 0 && dearest(false) == 0;
    }

    /// Whether the same classes are stated as in `that`.
    boolean statesSameAs(Rates that) {
        return stated.keySet().equals(that.stated.keySet());
    }

    /// What `tokens` cost at `rate`, rounded up to a microcent. This is the only rounding of money.
    ///
    /// Whole millions and the rest are multiplied apart, so nothing overflows below the result.
    ///
    /// @throws ArithmeticException when the cost does not fit a `long`
    static long charge(long tokens, long rate) {
        long millions = tokens / TOKENS_PER_RATE;
        long rest = tokens % TOKENS_PER_RATE;
        long restCost = Math.ceilDiv(rest * rate, TOKENS_PER_RATE);
        return Math.addExact(Math.multiplyExact(millions, rate), restCost);
    }

    /// The most that `tokens` of one side can cost, however they are split over those of `classes` that
    /// are on it.
    ///
    /// Each class is rounded up apart, so the sum may pass the rounded product of the dearest rate.
    /// With `n` tokens, dearest rate `r` and `k` classes whose rate is no whole number of microcents
    /// a token, two bounds hold and the smaller is taken: `n * ceil(r)`, as a line of `m` tokens is
    /// at most `m * ceil(r)`; and `ceil(n * r) + k - 1`, as each such line gains less than one.
    ///
    /// @throws ArithmeticException when the cost does not fit a `long`
    long upperBound(Set<TokenClass> classes, boolean input, long tokens) {
        if (tokens == 0) {
            return 0;
        }
        long dearest = 0;
        int fractional = 0;
        for (TokenClass type : CLASSES) {
            if (type.isInput() == input && classes.contains(type)) {
                dearest = Math.max(dearest, of(type));
                fractional += of(type) % TOKENS_PER_RATE == 0 ? 0 : 1;
            }
        }
        long perToken = Math.multiplyExact(tokens, Math.ceilDiv(dearest, TOKENS_PER_RATE));
        long roundings = Math.min(tokens, Math.max(1, fractional));
        return Math.min(perToken, Math.addExact(charge(tokens, dearest), roundings - 1));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rates that && stated.equals(that.stated);
    }

    @Override
    public int hashCode() {
        return stated.hashCode();
    }

    /// The stated rates in the form of a price book line: `input 2.5 output 10`.
    @Override
    public String toString() {
        StringJoiner line = new StringJoiner(" ");
        stated.forEach((type, rate) -> {
            BigDecimal usd = BigDecimal.valueOf(rate, MICROCENT_DIGITS);
            line.add(type.wire()).add(usd.stripTrailingZeros().toPlainString());
        });
        return line.toString();
    }

    private static Rates free() {
        EnumMap<TokenClass, Long> zero = new EnumMap<>(TokenClass.class);
        for (TokenClass type : CLASSES) {
            zero.put(type, 0L);
        }
        return new Rates(zero);
    }

    private static Map<TokenClass, Long> withFallbacks(Map<TokenClass, Long> stated) {
        long dearest = Collections.max(stated.values());
        long input = stated.getOrDefault(TokenClass.INPUT, dearest);
        long output = stated.getOrDefault(TokenClass.OUTPUT, dearest);
        long write = stated.getOrDefault(TokenClass.CACHE_WRITE_5M, input);
        EnumMap<TokenClass, Long> rates = new EnumMap<>(TokenClass.class);
        for (TokenClass type : CLASSES) {
            long plain =
                    switch (type) {
                        case INPUT, CACHE_READ, CACHE_WRITE_5M, AUDIO_INPUT, IMAGE_INPUT -> input;
                        case CACHE_WRITE_1H -> Math.max(write, input);
                        case OUTPUT, REASONING, AUDIO_OUTPUT, IMAGE_OUTPUT -> output;
                    };
            rates.put(type, stated.getOrDefault(type, plain));
        }
        return rates;
    }

    private static long checked(TokenClass type, long rate) {
        if (rate < 0 || rate > MAX_RATE) {
            throw new IllegalArgumentException(
                    type.wire() + " rate must be 0 to " + MAX_RATE + " microcents: " + rate);
        }
        return rate;
    }
}
