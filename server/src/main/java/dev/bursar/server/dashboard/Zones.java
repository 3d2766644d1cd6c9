package dev.bursar.server.dashboard;

import java.time.ZoneId;

/// The time zone that a tenant's pages are in: the one that its budgets follow.
@FunctionalInterface
public interface Zones {

    /// Everybody is in UTC.
    Zones UTC = tenant -> Clock.UTC;

    /// @param tenant `""` for a page over all of them
    ZoneId of(String tenant);
}
