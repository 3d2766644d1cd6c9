package dev.bursar.usage;

import dev.bursar.authority.JournalReader.Positioned;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// What is kept in memory of the journal: the live figures and the metrics. Has a position of its own,
/// so that it goes on when the read model does not. One thread applies.
final class Memory {

    /// Calls that are read back for the live figures at a start.
    private static final int MAX_REPLAYED = 50_000;

    private final Ring ring;
    private final JournalMetrics metrics;

    /// Entries up to here were in the journal before this process: they are not counted.
    private final long base;

    private long position;

    private boolean fresh = true;

    /// Until when runs that went idle were counted.
    private Instant counted = Instant.EPOCH;

    private boolean countedMore;

    Memory(Ring ring, JournalMetrics metrics, long base) {
        this.ring = ring;
        this.metrics = metrics;
        this.base = base;
        this.position = base;
    }

    /// Of the last entry that was applied.
    long position() {
        return position;
    }

    /// Whether nothing was applied yet.
    boolean isFresh() {
        return fresh;
    }

    /// Takes up where the read model stands, at or before the base.
    ///
    /// @param until when the process before counted runs that went idle: those that did since are ours
    void resume(Connection store, long at, Instant until, Instant now, UsageSettings settings)
            throws SQLException {
        Instant shown = now.minusSeconds(Live.SECONDS);
        for (CallRow row : CallsSql.since(store, shown, MAX_REPLAYED, settings.queryTimeout())) {
            ring.add(row);
        }
        resumeRuns(store, until.minus(settings.idle()), settings.queryTimeout());
        position = at;
        counted = until;
        fresh = false;
    }

    /// Applies each entry once: those up to [#position] are passed over.
    void apply(List<Positioned> batch) {
        for (Positioned positioned : batch) {
            if (positioned.position() > position) {
                Call call = Call.of(positioned);
                if (call != null) {
                    ring.add(call.row());
                }
                boolean counting = positioned.position() > base;
                if (!counting) {
                    metrics.tick(positioned.entry().at(), false);
                }
                metrics.apply(positioned, call, counting);
                position = positioned.position();
                fresh = false;
            }
        }
    }

    /// Ends the runs that are idle, once everything from before this process is in.
    void tick(Instant now) {
        if (position >= base) {
            countedMore |= metrics.tick(now, true);
            counted = now;
        }
    }

    /// See [Store#counted].
    Instant counted() {
        return counted;
    }

    /// Whether runs were counted since the last time this was asked.
    boolean takeCountedMore() {
        boolean more = countedMore;
        countedMore = false;
        return more;
    }

    private void resumeRuns(Connection store, Instant since, Duration timeout) throws SQLException {
        String sql =
                """
                WITH recent AS (
                    SELECT tenant, run FROM calls WHERE at_millis > ? AND run <> ''
                    GROUP BY tenant, run
                    ORDER BY max(at_millis) DESC LIMIT ?)
                SELECT tenant, run, coalesce(max("release"), ''), %s,
                    max(at_millis) AS last_at, bool_or(stops)
                FROM calls SEMI JOIN recent USING (tenant, run)
                GROUP BY tenant, run ORDER BY last_at
                """
                        .formatted(Schema.sum("microcents"));
        try (PreparedStatement statement = Queries.prepare(store, sql, timeout)) {
            statement.setLong(1, since.toEpochMilli());
            statement.setInt(2, RunTracker.MAX_ACTIVE);
            try (ResultSet run = statement.executeQuery()) {
                while (run.next()) {
                    metrics.resume(
                            run.getString(1),
                            run.getString(2),
                            run.getString(3),
                            run.getLong(4),
                            Instant.ofEpochMilli(run.getLong(5)),
                            run.getBoolean(6));
                }
            }
        }
    }
}
