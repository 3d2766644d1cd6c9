package dev.bursar.usage;

import dev.bursar.usage.Reservation.Status;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Which reservations of a tenant, in which order.
///
/// @param key null for any, like all that may be null here
/// @param levels of the subject to values, without regard to case
/// @param scope only at or below this path
/// @param ended when it was committed or released
/// @param after where the page before ended
/// @param limit 1 to [#MAX_LIMIT]
public record ReservationsQuery(
        String tenant,
        @Nullable String key,
        @Nullable Status status,
        SortedMap<String, String> levels,
        @Nullable String scope,
        Between created,
        Between expires,
        Between ended,
        Order order,
        boolean descending,
        @Nullable After after,
        int limit) {

    public static final int MAX_LIMIT = 1_000;

    /// A key makes another reservation every day at most: no answer is looked for that is older than these.
    private static final int MAX_OF_KEY = 10;

    private static final Between ANY_TIME = new Between(null, null);

    /// The reservations of one key, the newest first.
    public static ReservationsQuery ofKey(String tenant, String key) {
        return new ReservationsQuery(
                tenant,
                key,
                null,
                Collections.emptySortedMap(),
                null,
                ANY_TIME,
                ANY_TIME,
                ANY_TIME,
                Order.CREATED_AT_MS,
                true,
                null,
                MAX_OF_KEY);
    }

    /// From one moment to another, both included.
    ///
    /// @param from null for no bound, like `to`
    public record Between(@Nullable Instant from, @Nullable Instant to) {}

    /// The last row of a page.
    ///
    /// @param value what it is ordered by
    public record After(String value, String id) {}

    /// What a list can be ordered by; then by id.
    public enum Order {
        RESERVATION_ID("id", false),
        TENANT("tenant", false),
        SCOPE_PATH("scope_path", false),
        STATUS("status", false),
        RESERVED("reserved", true),
        CREATED_AT_MS("created_millis", true),
        EXPIRES_AT_MS("expires_millis", true);

        private final String column;
        private final boolean number;

        Order(String column, boolean number) {
            this.column = column;
            this.number = number;
        }

        String column() {
            return column;
        }

        /// Whether it is an integer; else it is text.
        public boolean isNumber() {
            return number;
        }

        /// What a reservation is ordered by.
        public String value(Reservation of) {
            return switch (this) {
                case RESERVATION_ID -> of.id();
                case TENANT -> of.tenant();
                case SCOPE_PATH -> of.scopePath();
                case STATUS -> of.status().name();
                case RESERVED -> Long.toString(of.reserved());
                case CREATED_AT_MS -> Long.toString(of.createdMillis());
                case EXPIRES_AT_MS -> Long.toString(of.expiresMillis());
            };
        }
    }

    public ReservationsQuery {
        levels = Collections.unmodifiableSortedMap(new TreeMap<>(levels));
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ": " + limit);
        }
    }

    /// The same reservations, from another place on.
    public ReservationsQuery page(@Nullable After after, int limit) {
        return new ReservationsQuery(
                tenant,
                key,
                status,
                levels,
                scope,
                created,
                expires,
                ended,
                order,
                descending,
                after,
                limit);
    }
}
