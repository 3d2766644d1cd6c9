package dev.bursar.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceFileTest {

    /// Lines 1 to 4 of every case below; `;` stands for the end of a line.
    private static final String HEAD = "bursar-prices 1;book 2026-11-01;provider acme;model m;";

    private static PriceBook read(String lines) {
        return PriceBook.read("x.prices", lines.replace(';', '\n'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "price input 1 outputs 2        | 5 | unknown token class: outputs",
                "price input 1 output           | 5 | expected pairs",
                "price                          | 5 | expected pairs",
                "price free output 1 input 2    | 5 | expected pairs",
                "price input -1                 | 5 | not a price in plain decimal USD",
                "price input 1e2                | 5 | not a price in plain decimal USD",
                "price input 0.000000001        | 5 | not a price in plain decimal USD",
                "price input 10001              | 5 | above 10000 USD",
                "price input 99999999999999999  | 5 | not a price in plain decimal USD",
                "price input 1 input 2          | 5 | token class twice: input",
                "price output 2                 | 5 | needs an input rate",
                "price input 0 output 0         | 5 | must be called free",
                "price input 1;price input 2    | 6 | ascend by date",
                "from 2026-01-01 input 1;from 2026-01-01 input 2 | 6 | ascend by date",
                "from 2026-02-01 input 1;from 2026-01-01 input 2 | 6 | ascend by date",
                "from 2026-02-30 input 1        | 5 | not a date",
                "from soon input 1              | 5 | not a date",
                "from                           | 5 | nothing after the keyword",
                "price input 1;over 0 input 2   | 6 | not a number of tokens",
                "price input 1;over 9 input 2;over 9 input 3 | 7 | tiers must ascend",
                "price input 1;over 9 input 2;over 8 input 3 | 7 | tiers must ascend",
                "price input 1 output 2;over 9 input 2       | 6 | must state the classes",
                "price free;over 9 input 2      | 6 | must state the classes",
                "over 9 input 2                 | 5 | below a price",
                "price input 1;context 5        | 6 | above the prices",
                "price input 1;also n           | 6 | above the prices",
                "context many                   | 5 | not a number of tokens",
                "context 0                      | 5 | not a number of tokens",
                "context 1 2                    | 5 | expected one word, found 2",
                "also                           | 5 | nothing after the keyword",
                "also m                         | 5 | name twice: m",
                "also M                         | 5 | lower case: M",
                "match m                        | 5 | a match ends with *",
                "price input 1;model m          | 6 | name twice: m",
                "price input 1;model n          | 6 | the model above has no price: n",
                "model n                        | 5 | the model above has no price: m",
                "price input 1;provider acme    | 6 | provider twice: acme",
                "price input 1;provider b;price input 1    | 7 | below a model",
                "price input 1;provider b;fallback c       | 7 | a provider above this one: c",
                "price input 1;provider b;fallback b       | 7 | a provider above this one: b",
                "prize input 1                  | 5 | unknown keyword: prize",
                "price input 1;bursar-prices 1  | 6 | unknown keyword: bursar-prices",
            })
    void read_badLine_isRefusedWithSourceLineAndReason(String lines, int line, String reason) {
        assertThatThrownBy(() -> read(HEAD + lines))
                .isInstanceOfSatisfying(
                        PriceBookException.class, e -> assertThat(e.line()).isEqualTo(line))
                .hasMessageStartingWith("x.prices:" + line + ": ")
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                   | x.prices: needs a header",
                "bursar-prices 1;book 2026-01-01      | x.prices: needs a header",
                "bursar-prices 2                      | x.prices:1: the first line must be",
                "bursar-prices                        | x.prices:1: the first line must be",
                "provider a                           | x.prices:1: the first line must be",
                "bursar-prices 1;book lately          | x.prices:2: not a date",
                "bursar-prices 1;model m              | x.prices:2: must stand below a provider",
                "bursar-prices 1;provider             | x.prices:2: nothing after the keyword",
                "bursar-prices 1;provider a;model m;price input 1 | x.prices: needs a header",
            })
    void read_badHead_isRefused(String lines, String message) {
        assertThatThrownBy(() -> read(lines))
                .isInstanceOf(PriceBookException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void read_tooLongALine_isRefused() {
        String lines = HEAD + "also " + "x".repeat(PriceFile.MAX_LINE_CHARS);

        assertThatThrownBy(() -> read(lines)).hasMessageContaining("at most");
    }

    @Test
    void read_commentsBlankLinesAndWindowsEnds_areNothing() {
        PriceBook book =
                read(
                        "# first;;bursar-prices 1\r;book 2026-11-01;provider a;model b#1;\tprice\tinput  1 # x");

        assertThat(book.prices()).singleElement().extracting(Price::id).isEqualTo("a/b#1");
    }

    @Test
    void read_file_namesTheFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("mine.prices");
        assertThatThrownBy(() -> PriceBook.read(file))
                .isInstanceOf(PriceBookException.class)
                .hasMessage(file + ": cannot be read");

        Files.writeString(file, HEAD.replace(';', '\n') + "price input 1\n");
        assertThat(PriceBook.read(file).size()).isEqualTo(1);
    }
}
