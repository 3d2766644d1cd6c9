package dev.bursar.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.pricing.ToolPrice.Meter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolPricesTest {

    private static ToolPrice fixed(String name, long microcents) {
        return new ToolPrice(name, microcents, null);
    }

    @ParameterizedTest
    @CsvSource({"search, 1", "search_web, 3", "search_wide, 2", "fetch, 4", "sea, 4"})
    void find_takesTheName_thenTheLongestBeginning_thenTheOneOfAll(String tool, long microcents) {
        ToolPrices prices =
                new ToolPrices(
                        List.of(
                                fixed("search", 1),
                                fixed("search_*", 2),
                                fixed("search_web*", 3),
                                fixed("*", 4)));

        assertThat(prices.find(tool)).map(price -> price.cost(0)).contains(microcents);
    }

    @Test
    void find_unknownTool_isEmpty() {
        ToolPrices prices = new ToolPrices(List.of(fixed("search", 1), fixed("web_*", 2)));

        assertThat(prices.find("web")).isEmpty();
        assertThat(prices.find("fetch")).isEmpty();
        assertThat(ToolPrices.NONE.find("fetch")).isEmpty();
    }

    @Test
    void cost_addsWhatIsFixedAndWhatIsMetered() {
        ToolPrice price = new ToolPrice("crawl", 1_000, new Meter(200, "page", 50));

        assertThat(price.cost(0)).isEqualTo(1_000);
        assertThat(price.cost(50)).isEqualTo(11_000);
        assertThat(price.cost(51)).isEqualTo(11_200);
    }

    @Test
    void cost_thatNoCallCanHave_isRefused() {
        ToolPrice price = new ToolPrice("crawl", 0, new Meter(1_000_000, "page", 1_000));

        assertThat(price.cost(ToolPrice.MAX_UNITS)).isEqualTo(ToolPrice.MAX_MICROCENTS);
        assertThatThrownBy(() -> price.cost(ToolPrice.MAX_UNITS + 1))
                .hasMessageContaining("10000000 USD");
        assertThatThrownBy(() -> price.cost(Long.MAX_VALUE)).hasMessageContaining("10000000 USD");
        assertThatThrownBy(() -> fixed("a", ToolPrice.MAX_MICROCENTS + 1))
                .hasMessageContaining("10000000 USD");
        assertThatThrownBy(
                        () -> new ToolPrice("a", 1, new Meter(1_000_000, "p", ToolPrice.MAX_UNITS)))
                .hasMessageContaining("10000000 USD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a*b", "**", "a\n", "é", "a*b*"})
    void name_thatNoToolHas_isRefused(String name) {
        assertThatThrownBy(() -> fixed(name, 1)).hasMessageContaining("a tool has 1 to 128");
    }

    @ParameterizedTest
    @CsvSource({"page, 0", "page, 1000000001", "1page, 5", "'', 5", "'a,b', 5"})
    void meter_outOfRange_isRefused(String unit, long atMost) {
        assertThatThrownBy(() -> new Meter(1, unit, atMost))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void price_belowZero_isRefused() {
        Meter meter = new Meter(-1, "page", 5);

        assertThatThrownBy(() -> fixed("a", -1)).hasMessageContaining("below 0");
        assertThatThrownBy(() -> new ToolPrice("a", 0, meter)).hasMessageContaining("below 0");
    }

    @Test
    void prices_ofOneNameTwice_areRefused() {
        assertThatThrownBy(() -> new ToolPrices(List.of(fixed("a", 1), fixed("a", 2))))
                .hasMessageContaining("two prices of a");
    }

    @Test
    void book_keepsItsModels_whenToolsGetAPrice() {
        PriceBook book = PriceBook.bundled();

        PriceBook with = book.withTools(new ToolPrices(List.of(fixed("a", 1))));

        assertThat(with.size()).isEqualTo(book.size());
        assertThat(with.with(List.of()).tools().find("a")).isPresent();
        assertThat(book.tools()).isEqualTo(ToolPrices.NONE);
    }
}
