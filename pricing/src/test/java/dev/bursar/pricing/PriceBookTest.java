package dev.bursar.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceBookTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private static final PriceBook BOOK =
            PriceBook.read(
                    "own.prices",
                    """
                    bursar-prices 1
                    book 2026-11-01

                    # A comment, and a model with a history.
                    provider acme acme-ai
                    model turbo-2
                      also turbo-two
                      match ft:turbo-2-*
                      context 128000
                      max_output 4096
                      price input 10 output 40          # before the cut
                      from 2025-06-10 input 2 cache_read 0.5 output 8
                        over 200000 input 4 cache_read 1 output 12
                    model turbo-2-mini
                      match ft:turbo-2-mini-*
                      price input 0.15 output 0.6
                    model gift
                      price free
                    model late
                      from 2026-01-01 input 1 output 1

                    provider resale
                    fallback acme
                    model turbo-2-mini
                      price input 0.2 output 0.8
                    model own-make
                      price input 1
                    """);

    private static String id(PriceBook book, String provider, String model, Instant at) {
        return book.find(provider, model, at).map(Price::id).orElse("unpriced");
    }

    @ParameterizedTest
    @CsvSource({
        "acme, turbo-2, true",
        "resale, turbo-2-mini, false",
        "resale, own-make, true",
        "resale, turbo-2, false",
        "acme, unheard-of, false",
        "nobody, turbo-2, false",
    })
    void listsAsOwn_whatNoProviderHasWhoseModelsItSells(
            String provider, String model, boolean listed) {
        assertThat(BOOK.listsAsOwn(provider, model, NOW)).isEqualTo(listed);
    }

    private static Price own(String provider, String model, String from, String input) {
        return Price.of(
                provider,
                model,
                Instant.parse(from + "T00:00:00Z"),
                Rates.of(Map.of(TokenClass.INPUT, Rates.parseUsd(input))));
    }

    @ParameterizedTest
    @CsvSource({
        // name asked, row found
        "turbo-2, acme/turbo-2@2025-06-10",
        "turbo-two, acme/turbo-2@2025-06-10",
        "TURBO-2, acme/turbo-2@2025-06-10",
        "turbo-2-latest, acme/turbo-2@2025-06-10",
        "turbo-2-2024-08-06, acme/turbo-2@2025-06-10",
        "turbo-2-20250929, acme/turbo-2@2025-06-10",
        "turbo-2@20250929, acme/turbo-2@2025-06-10",
        "turbo-2-08-2024, acme/turbo-2@2025-06-10",
        "turbo-2-0613, acme/turbo-2@2025-06-10",
        "turbo-2-2411, acme/turbo-2@2025-06-10",
        "turbo-2-001, acme/turbo-2@2025-06-10",
        "turbo-2-v1:0, acme/turbo-2@2025-06-10",
        "acme/turbo-2, acme/turbo-2@2025-06-10",
        "acme-ai/turbo-2-latest, acme/turbo-2@2025-06-10",
        "models/turbo-2, acme/turbo-2@2025-06-10",
        "publishers/acme/models/turbo-2@20250929, acme/turbo-2@2025-06-10",
        "us.turbo-2-20250929-v1:0, acme/turbo-2@2025-06-10",
        "arn:aws:bedrock:us-east-1:1:inference-profile/us.turbo-2-20250929-v1:0, acme/turbo-2@2025-06-10",
        "ft:turbo-2-2024:org::abc, acme/turbo-2@2025-06-10",
        "ft:turbo-2-mini-2024:org::abc, acme/turbo-2-mini",
        "turbo-2-mini, acme/turbo-2-mini",
        // what looks alike is another model
        "turbo-2-max, unpriced",
        "turbo-21, unpriced",
        "turbo-2.1, unpriced",
        "turbo-2-9999, unpriced",
        "turbo-2-2099-99-99, unpriced",
        "other/turbo-2, unpriced",
        "turbo, unpriced",
        "'', unpriced",
        "-latest, unpriced",
    })
    void find_anySpelling_followsTheRules(String model, String row) {
        // Twice: the second answer comes from the cache.
        assertThat(id(BOOK, "acme", model, NOW)).isEqualTo(row);
        assertThat(id(BOOK, "acme", model, NOW)).isEqualTo(row);
    }

    @ParameterizedTest
    @CsvSource({
        "2025-06-09T23:59:59.999Z, turbo-2, acme/turbo-2",
        "2025-06-10T00:00:00Z, turbo-2, acme/turbo-2@2025-06-10",
        "2019-01-01T00:00:00Z, turbo-2, acme/turbo-2",
        "2025-12-31T23:59:59Z, late, unpriced",
        "2026-01-01T00:00:00Z, late, acme/late@2026-01-01",
    })
    void find_atAMoment_takesTheRowInEffect(Instant at, String model, String row) {
        assertThat(id(BOOK, "acme", model, at)).isEqualTo(row);
    }

    @Test
    void find_rowWithEverything_carriesIt() {
        Price price = BOOK.find("acme-ai", "turbo-2", NOW).orElseThrow();

        assertThat(price.contextWindow()).isEqualTo(128_000);
        assertThat(price.maxOutputTokens()).isEqualTo(4_096);
        assertThat(price.rates()).hasToString("input 2 cache_read 0.5 output 8");
        assertThat(price.ratesFor(200_001)).hasToString("input 4 cache_read 1 output 12");
        assertThat(price.free()).isFalse();
        assertThat(BOOK.find("acme", "gift", NOW).orElseThrow().free()).isTrue();
    }

    @Test
    void find_unknownProviderOrModel_isEmptyAndNeverFree() {
        assertThat(BOOK.find("nobody", "turbo-2", NOW)).isEmpty();
        assertThat(BOOK.find("acme", "unheard-of", NOW)).isEmpty();
        assertThat(PriceBook.empty().find("acme", "turbo-2", NOW)).isEmpty();
    }

    @Test
    void find_resoldModel_hasTheOwnPriceBeforeThatOfTheFallback() {
        assertThat(id(BOOK, "resale", "turbo-2-mini", NOW)).isEqualTo("resale/turbo-2-mini");
        assertThat(id(BOOK, "resale", "turbo-2", NOW)).isEqualTo("acme/turbo-2@2025-06-10");
        assertThat(id(BOOK, "acme", "resale/turbo-2", NOW)).isEqualTo("unpriced");
    }

    @Test
    void findAnywhere_severalProviders_takesTheDearestThatIsNotFree() {
        assertThat(BOOK.findAnywhere("turbo-2-mini", NOW).orElseThrow().provider())
                .isEqualTo("resale");
        assertThat(BOOK.findAnywhere("gift", NOW)).isEmpty();
        assertThat(BOOK.findAnywhere("unheard-of", NOW)).isEmpty();
    }

    @Test
    void find_manyUnknownNames_keepsTheCacheBounded() {
        Catalogue catalogue = new Catalogue(List.of("acme"), List.of(), List.of());
        for (int i = 0; i < 3 * Catalogue.MAX_CACHED_NAMES; i++) {
            assertThat(catalogue.find("name-" + i)).isEmpty();
            assertThat(catalogue.cachedNames()).isLessThanOrEqualTo(Catalogue.MAX_CACHED_NAMES);
        }
        int before = catalogue.cachedNames();
        assertThat(catalogue.find("x".repeat(Price.MAX_NAME_CHARS + 1))).isEmpty();
        assertThat(catalogue.cachedNames()).isEqualTo(before);
    }

    @Test
    void with_override_shadowsFromItsDateOn() {
        PriceBook book = BOOK.with(List.of(own("acme-ai", "turbo-2", "2025-01-01", "9")));

        assertThat(id(book, "acme", "turbo-2", Instant.parse("2024-12-31T23:59:59Z")))
                .isEqualTo("acme/turbo-2");
        for (String name : List.of("turbo-2", "turbo-two", "turbo-2-2024-08-06", "ft:turbo-2-x")) {
            assertThat(id(book, "acme", name, Instant.parse("2025-01-01T00:00:00Z")))
                    .isEqualTo("own:acme-ai/turbo-2@2025-01-01");
            assertThat(id(book, "acme", name, NOW)).isEqualTo("own:acme-ai/turbo-2@2025-01-01");
        }
        assertThat(id(BOOK, "acme", "turbo-2", NOW)).isEqualTo("acme/turbo-2@2025-06-10");
        assertThat(book.size()).isEqualTo(BOOK.size());
    }

    @Test
    void with_overrideOfAnAliasOrDatedName_leavesTheModelItselfAlone() {
        PriceBook book =
                BOOK.with(
                        List.of(
                                own("acme", "turbo-two", "2026-01-01", "7"),
                                own("acme", "turbo-2-2024-08-06", "2026-01-01", "8")));

        assertThat(id(book, "acme", "turbo-2", NOW)).isEqualTo("acme/turbo-2@2025-06-10");
        assertThat(id(book, "acme", "turbo-two", NOW)).isEqualTo("own:acme/turbo-two@2026-01-01");
        assertThat(id(book, "acme", "turbo-2-2024-08-06", NOW))
                .isEqualTo("own:acme/turbo-2-2024-08-06@2026-01-01");
        Instant before = Instant.parse("2025-12-01T00:00:00Z");
        assertThat(id(book, "acme", "turbo-two", before)).isEqualTo("acme/turbo-2@2025-06-10");
        assertThat(id(book, "acme", "turbo-2-2024-08-06", before))
                .isEqualTo("acme/turbo-2@2025-06-10");
    }

    @Test
    void with_newModelsAndProviders_areAdded() {
        PriceBook book =
                BOOK.with(
                        List.of(
                                own("acme", "house", "2026-01-01", "1"),
                                own("Own-Cloud", "house", "2026-01-01", "2"),
                                own("own-cloud", "house", "2026-02-01", "3")));

        assertThat(book.size()).isEqualTo(BOOK.size() + 2);
        assertThat(id(book, "acme", "house", NOW)).isEqualTo("own:acme/house@2026-01-01");
        assertThat(id(book, "own-cloud", "house", NOW)).isEqualTo("own:own-cloud/house@2026-02-01");
        assertThat(id(book, "resale", "house", NOW)).isEqualTo("own:acme/house@2026-01-01");
    }

    @Test
    void with_freeStar_pricesEverythingOfThatProviderAndNothingElse() {
        PriceBook book = BOOK.with(List.of(Price.free("local", "*"), Price.free("acme", "ll*")));

        assertThat(book.find("local", "whatever:8b", NOW).orElseThrow().free()).isTrue();
        assertThat(book.find("acme", "llama", NOW).orElseThrow().free()).isTrue();
        assertThat(id(book, "acme", "turbo-2", NOW)).isEqualTo("acme/turbo-2@2025-06-10");
        assertThat(book.find("acme", "mistral", NOW)).isEmpty();
        assertThat(book.findAnywhere("whatever:8b", NOW)).isEmpty();
    }

    @Test
    void with_overridesOnOverrides_addUp() {
        PriceBook book =
                BOOK.with(List.of(Price.free("local", "*")))
                        .with(List.of(own("local", "big", "2026-01-01", "1")))
                        .with(List.of(own("local", "*", "2026-06-01", "4")));

        assertThat(id(book, "local", "big", NOW)).isEqualTo("own:local/big@2026-01-01");
        assertThat(id(book, "local", "small", NOW)).isEqualTo("own:local/*@2026-06-01");
        assertThat(id(book, "local", "small", Instant.parse("2026-05-31T00:00:00Z")))
                .isEqualTo("own:local/*");
    }

    @Test
    void with_samePriceTwice_isRefused() {
        Price price = own("acme", "house", "2026-01-01", "1");

        assertThatThrownBy(() -> BOOK.with(List.of(price, price)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("own:acme/house@2026-01-01");
    }

    @Test
    void prices_listsEveryRowByProviderModelAndDate() {
        List<String> ids = new ArrayList<>();
        BOOK.prices().forEach(price -> ids.add(price.id()));

        assertThat(ids)
                .containsExactly(
                        "acme/gift",
                        "acme/late@2026-01-01",
                        "acme/turbo-2",
                        "acme/turbo-2@2025-06-10",
                        "acme/turbo-2-mini",
                        "resale/own-make",
                        "resale/turbo-2-mini");
        assertThat(BOOK.providers()).containsExactly("acme", "resale");
        assertThat(BOOK.version()).isEqualTo("2026-11-01");
        assertThat(BOOK.size()).isEqualTo(6);
    }
}
