package dev.bursar.server.dashboard;

import dev.bursar.server.dashboard.view.Spark;
import dev.bursar.usage.Figures;
import java.util.List;

/// A small drawing of how a number moved: 100 wide, 30 high, the newest on the right.
final class Sparkline {

    private static final int WIDTH = 100;
    private static final int HEIGHT = 30;
    private static final int MARGIN = 2;

    private Sparkline() {}

    /// Sums groups of `every` values into one point each, and draws them against the largest.
    ///
    /// @param values oldest first
    static Spark of(List<Long> values, int every) {
        long[] sums = new long[Math.max(1, values.size() / every)];
        for (int i = 0; i < sums.length * every && i < values.size(); i++) {
            sums[i / every] = Figures.plus(sums[i / every], values.get(i));
        }
        long most = 1;
        for (long sum : sums) {
            most = Math.max(most, sum);
        }
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < sums.length; i++) {
            long x = sums.length == 1 ? WIDTH * 10 : (long) i * WIDTH * 10 / (sums.length - 1);
            long y = HEIGHT * 10L - tall(sums[i], most);
            points.append(i == 0 ? "" : " ").append(tenths(x)).append(',').append(tenths(y));
        }
        String edge = points.toString();
        return new Spark(edge, "0,30 " + edge + " 100,30");
    }

    /// How many tenths high an amount is drawn.
    private static long tall(long amount, long most) {
        long full = (HEIGHT - MARGIN) * 10L;
        return most > Long.MAX_VALUE / full ? amount / (most / full) : amount * full / most;
    }

    private static String tenths(long value) {
        return value / 10 + "." + value % 10;
    }
}
