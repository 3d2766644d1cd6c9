package dev.bursar.server.http;

import dev.bursar.ledger.Unit;
import java.math.BigDecimal;

/// USD as requests write them: a plain decimal.
final class Usd {

    private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000);

    private static final int MAX_CHARS = 32;

    private Usd() {}

    /// @param name of the field or parameter
    /// @throws ApiException 400 when it is no amount from 0 to a million, or finer than 10^-8
    static long microcents(String name, String written) {
        try {
            BigDecimal usd = new BigDecimal(written);
            if (written.length() <= MAX_CHARS && usd.signum() >= 0 && usd.compareTo(MOST) <= 0) {
                return usd.multiply(BigDecimal.valueOf(Unit.MICROCENTS_PER_USD)).longValueExact();
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // Answered like a number that is out of range.
        }
        throw ApiException.badRequest(
                name + ": must be USD like 0.01, at most 1000000: " + written);
    }
}
