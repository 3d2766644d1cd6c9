package dev.bursar.server.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Unit;
import dev.bursar.server.dashboard.view.Figure;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0          | 0         | 0",
                "999        | 999       | 999",
                "1000       | 1,000     | 1,000",
                "99999      | 99,999    | 99,999",
                "388412     | 388,412   | 388.4k",
                "1234567    | 1,234,567 | 1.2M",
                "2500000000 | 2,500,000,000 | 2.5B",
            })
    void grouped_and_compact(long number, String grouped, String compact) {
        assertThat(Counts.grouped(number)).isEqualTo(grouped);
        assertThat(Counts.compact(number)).isEqualTo(compact);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "USD_MICROCENTS | 50000000 | $0.50",
                "TOKENS         | 12000    | 12,000 tokens",
                "CALLS          | 1        | 1 call",
                "TOOL_CALLS     | 10       | 10 tool calls",
                "SLOTS          | 20       | 20 slots",
                "MILLIS         | 120000   | 120 s",
                "MILLIS         | 1500     | 1.5 s",
                "RISK_POINTS    | 7        | 7 risk points",
            })
    void of_eachUnit_isWrittenAsPeopleSayIt(String unit, long value, String text) {
        assertThat(Counts.of(unit, value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "USD_MICROCENTS | 112650710 | $1.13         | $1.1265071",
                "USD_MICROCENTS | 42150     | $0.0004       | $0.0004215",
                "USD_MICROCENTS | 50000000  | $0.50         | $0.50",
                "TOKENS         | 50000     | 50,000 tokens | 50,000 tokens",
                "TOKENS         | 1234567   | 1.2M tokens   | 1,234,567 tokens",
                "SLOTS          | 1         | 1 slot        | 1 slot",
                "MILLIS         | 119999    | 119 s         | 119.999 s",
            })
    void brief_eachUnit_isRoundedAndHasTheExactQuantityBeside(
            Unit unit, long value, String text, String exact) {
        assertThat(Counts.brief(unit, value)).isEqualTo(new Figure(text, exact));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 100, 0.00, 0",
        "999, 1000, 99.90, 99",
        "1, 3, 33.33, 33",
        "100, 100, 100.00, 100",
        "250, 100, 100.00, 250",
        "0, 0, 0, 0",
        "5, 0, 100, 100"
    })
    void share_isDrawnUpToTheLimit_percentTellsBeyond(
            long amount, long limit, String share, long percent) {
        assertThat(Counts.share(amount, limit)).isEqualTo(share);
        assertThat(Counts.percent(amount, limit)).isEqualTo(percent);
    }

    @Test
    void percent_largestLimit_doesNotOverflow() {
        assertThat(Counts.percent(Long.MAX_VALUE, Long.MAX_VALUE)).isEqualTo(100);
    }

    @Test
    void sparkline_values_areDrawnAgainstTheLargest() {
        assertThat(Sparkline.of(List.of(1L, 1L, 4L, 0L), 2).edge()).isEqualTo("0.0,16.0 100.0,2.0");
        assertThat(Sparkline.of(List.of(), 5).edge()).isEqualTo("100.0,30.0");
    }
}
