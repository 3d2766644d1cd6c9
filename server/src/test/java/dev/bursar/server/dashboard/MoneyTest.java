package dev.bursar.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoneyTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0                  | $0.00",
                "1                  | $0.00000001",
                "420000             | $0.0042",
                "50000000           | $0.50",
                "50010000           | $0.5001",
                "100000000          | $1.00",
                "125000000000       | $1,250.00",
                "123456789012345678 | $1,234,567,890.12345678",
            })
    void exact_anyAmount_writesEveryDigit(long microcents, String text) {
        assertThat(Money.exact(microcents)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0           | $0.0000   | $0.00",
                "1           | <$0.0001  | $0.00000001",
                "9999        | <$0.0001  | $0.00009999",
                "10000       | $0.0001   | $0.0001",
                "50015000    | $0.5002   | $0.50015",
                "12345678901 | $123.4568 | $123.45678901",
            })
    void listed_anyAmount_hasFourDigitsAndTheExactAmountBeside(
            long microcents, String text, String exact) {
        assertThat(Money.listed(microcents).text()).isEqualTo(text);
        assertThat(Money.listed(microcents).exact()).isEqualTo(exact);
    }

    @Test
    void brief_fromOneDollarUp_hasCents() {
        assertThat(Money.brief(4_512_345_678L).text()).isEqualTo("$45.12");
        assertThat(Money.brief(99_000_000L).text()).isEqualTo("$0.9900");
        assertThat(Money.brief(0).text()).isEqualTo("$0.00");
    }

    @Test
    void plain_smallAmount_hasNoExponent() {
        assertThat(Money.plain(1)).isEqualTo("0.00000001");
        assertThat(Money.plain(10_000_000_000_000_000L)).isEqualTo("100000000");
    }
}
