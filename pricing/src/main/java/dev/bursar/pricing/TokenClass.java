package dev.bursar.pricing;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One of the disjoint kinds of tokens a provider bills. Every token of a call is in exactly one:
/// [#INPUT] is what was neither read from nor written to a cache, [#OUTPUT] what was not reasoning.
public enum TokenClass {
    INPUT(true),
    CACHE_READ(true),
    CACHE_WRITE_5M(true),
    CACHE_WRITE_1H(true),
    OUTPUT(false),
    REASONING(false),
    AUDIO_INPUT(true),
    AUDIO_OUTPUT(false),
    IMAGE_INPUT(true),
    IMAGE_OUTPUT(false);

    private static final Map<String, TokenClass> BY_WIRE =
            Stream.of(values())
                    .collect(Collectors.toUnmodifiableMap(TokenClass::wire, Function.identity()));

    private final boolean input;
    private final String wire;

    TokenClass(boolean input) {
        this.input = input;
        this.wire = name().toLowerCase(Locale.ROOT);
    }

    /// The name in price books, attribution and JSON: `cache_write_5m`.
    public String wire() {
        return wire;
    }

    /// True for what is sent to the model, false for what the model produces.
    public boolean isInput() {
        return input;
    }

    /// The class with this [#wire()] name.
    public static Optional<TokenClass> ofWire(String wire) {
        return Optional.ofNullable(BY_WIRE.get(wire));
    }
}
