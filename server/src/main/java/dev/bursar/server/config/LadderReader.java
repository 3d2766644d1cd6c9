package dev.bursar.server.config;

import dev.bursar.gateway.ladder.LadderSettings;
import java.time.Duration;
import java.util.SortedMap;

/// Reads how the ladders of a tenant's budgets change its calls.
final class LadderReader {

    private LadderReader() {}

    static LadderSettings ladder(Section tenant) {
        SortedMap<String, String> downgrade = tenant.texts("downgrade");
        Section clamp = Section.of(tenant.node("clamp"), "floor");
        Section defer = Section.of(tenant.node("defer"), "at_most", "calls");
        long floor = clamp.whole("floor", (int) LadderSettings.FLOOR, 1, 1_000_000);
        int calls = defer.whole("calls", LadderSettings.DEFER_CALLS, 1, 10_000);
        Duration atMost =
                defer.has("at_most")
                        ? ConfigReader.duration(defer, "at_most")
                        : LadderSettings.DEFER_AT_MOST;
        if (atMost.toSeconds() < 1 || atMost.compareTo(Duration.ofHours(1)) > 0) {
            throw defer.valuePlace("at_most").mistake("must be 1 s to 1 h");
        }
        try {
            return new LadderSettings(downgrade, floor, atMost, calls);
        } catch (IllegalArgumentException e) {
            throw tenant.keyPlace("downgrade").mistake(String.valueOf(e.getMessage()));
        }
    }
}
