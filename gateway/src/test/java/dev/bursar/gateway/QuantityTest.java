package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Unit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "USD_MICROCENTS, 0, 0 USD",
        "USD_MICROCENTS, 1, 0.00000001 USD",
        "USD_MICROCENTS, 420000, 0.0042 USD",
        "USD_MICROCENTS, 100000000000, 1000 USD",
        "TOKENS, 50000, 50000 tokens",
        "CALLS, 1, 1 calls",
        "TOOL_CALLS, 10, 10 tool_calls",
        "SLOTS, 20, 20 slots",
        "MILLIS, 10300, 10.3 s",
        "MILLIS, 120000, 120 s",
        "MILLIS, 1, 0.001 s",
        "CREDITS, 7, 7 credits",
        "RISK_POINTS, 7, 7 risk_points",
    })
    void text_anyUnit_isInTheWordsOfTheConfiguration(String unit, long value, String text) {
        assertThat(Quantity.text(new Unit(unit), value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "CALLS, 1, 1 call",
        "SLOTS, 1, 1 slot",
        "SLOTS, 0, 0 slots",
        "TOOL_CALLS, 1, 1 tool_call",
        "MILLIS, 1, 0.001 s",
        "USD_MICROCENTS, 1, 0.00000001 USD",
        "CREDITS, 2, 2 credits",
    })
    void said_oneOfAUnit_isSingular(String unit, long value, String text) {
        assertThat(Quantity.said(new Unit(unit), value)).isEqualTo(text);
    }
}
