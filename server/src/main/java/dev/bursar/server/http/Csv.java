package dev.bursar.server.http;

import dev.bursar.gateway.Quantity;
import org.jspecify.annotations.Nullable;

/// Rows of CSV (RFC 4180) that a spreadsheet may open: a text that it would take for a formula begins with
/// an apostrophe.
final class Csv {

    private static final String FORMULA = "=+-@\t\r";

    private final StringBuilder text = new StringBuilder();
    private boolean begun;

    static Csv head(String... names) {
        Csv csv = new Csv();
        for (String name : names) {
            csv.text(name);
        }
        return csv.end();
    }

    /// A cell; empty for null.
    Csv text(@Nullable String value) {
        separate();
        if (value == null || value.isEmpty()) {
            return this;
        }
        String safe = FORMULA.indexOf(value.charAt(0)) < 0 ? value : "'" + value;
        boolean quoted = safe.chars().anyMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
        text.append(quoted ? '"' + safe.replace("\"", "\"\"") + '"' : safe);
        return this;
    }

    Csv number(long value) {
        separate();
        text.append(value);
        return this;
    }

    /// Microcents as USD.
    Csv usd(long microcents) {
        return raw(Quantity.usd(microcents));
    }

    /// A number that is written already.
    Csv raw(String number) {
        separate();
        text.append(number);
        return this;
    }

    /// Ends the row.
    Csv end() {
        text.append("\r\n");
        begun = false;
        return this;
    }

    /// What was written since the last time.
    String take() {
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }

    private void separate() {
        if (begun) {
            text.append(',');
        }
        begun = true;
    }
}
