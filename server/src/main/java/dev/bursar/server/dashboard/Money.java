package dev.bursar.server.dashboard;

import dev.bursar.ledger.Unit;
import dev.bursar.server.dashboard.view.Figure;
import java.math.BigDecimal;
import java.math.RoundingMode;

/// Money as people read it. Amounts are microcents (1 USD = 10^8) and never become floating point.
final class Money {

    private static final int SCALE = 8;
    private static final int CENTS = 2;
    private static final int LIST_DIGITS = 4;
    private static final long SMALLEST_IN_LISTS = Unit.MICROCENTS_PER_USD / 10_000;

    private Money() {}

    /// Every digit that is not zero, and at least cents: `$0.50`, `$0.0042`, `$1,250.00`.
    static String exact(long microcents) {
        BigDecimal usd = usd(microcents).stripTrailingZeros();
        return written(usd.setScale(Math.max(CENTS, usd.scale())));
    }

    /// Four digits after the point, so that a column of them can be compared; the exact amount beside it.
    static Figure listed(long microcents) {
        if (microcents > 0 && microcents < SMALLEST_IN_LISTS) {
            return new Figure("<$0.0001", exact(microcents));
        }
        return rounded(microcents, LIST_DIGITS);
    }

    /// For large type: cents from one dollar up, four digits below; the exact amount beside it.
    static Figure brief(long microcents) {
        return microcents >= Unit.MICROCENTS_PER_USD
                ? rounded(microcents, CENTS)
                : microcents == 0 ? new Figure("$0.00", "$0.00") : listed(microcents);
    }

    /// Without currency sign or grouping, for charts and other machines: `1250.5`.
    static String plain(long microcents) {
        return usd(microcents).stripTrailingZeros().toPlainString();
    }

    private static Figure rounded(long microcents, int digits) {
        return new Figure(
                written(usd(microcents).setScale(digits, RoundingMode.HALF_EVEN)),
                exact(microcents));
    }

    private static BigDecimal usd(long microcents) {
        return BigDecimal.valueOf(microcents, SCALE);
    }

    private static String written(BigDecimal usd) {
        String digits = usd.abs().toPlainString();
        int point = digits.indexOf('.');
        String whole = Counts.grouped(Long.parseLong(digits.substring(0, point)));
        return (usd.signum() < 0 ? "−$" : "$") + whole + digits.substring(point);
    }
}
