package dev.bursar.usage;

import dev.bursar.authority.JournalReader;
import dev.bursar.authority.Projection;
import dev.bursar.ledger.Entry;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The read model: follows the journal and answers where the money went.
///
/// All methods may be called by any thread. Queries run on threads of their own; the caller waits, at
/// most for the query timeout. They see everything up to [#position].
public final class Usage implements Projection, AutoCloseable {

    private final JournalReader journal;
    private final InstantSource clock;
    private final UsageSettings settings;
    private final Ring ring = new Ring();
    private final Follower follower;
    private final Queries queries;
    private final Details details;
    private final Thread thread;

    /// Opens or creates the read model in `file` and starts to follow the journal. Trouble with the file
    /// does not fail this method: it is in [#health], and queries say so until it is over.
    ///
    /// @param registry gets the metrics fed from the journal
    public static Usage open(
            Path file, JournalReader journal, PrometheusRegistry registry, InstantSource clock) {
        return open(file, journal, registry, clock, UsageSettings.DEFAULT);
    }

    public static Usage open(
            Path file,
            JournalReader journal,
            PrometheusRegistry registry,
            InstantSource clock,
            UsageSettings settings) {
        return new Usage(file, journal, registry, clock, settings);
    }

    private Usage(
            Path file,
            JournalReader journal,
            PrometheusRegistry registry,
            InstantSource clock,
            UsageSettings settings) {
        this.journal = journal;
        this.clock = clock;
        this.settings = settings;
        JournalMetrics metrics = new JournalMetrics(registry, settings);
        Memory memory = new Memory(ring, metrics, journal.lastPosition());
        follower = new Follower(file, journal, memory, clock, settings);
        queries = new Queries(follower, settings);
        details = new Details(journal, settings.queryTimeout());
        GaugeWithCallback.builder()
                .name("bursar_follower_lag_entries")
                .help("Entries of the journal that are not in the read model yet")
                .callback(gauge -> gauge.call((double) lag()))
                .register(registry);
        thread = Thread.ofPlatform().name("usage-follower").daemon().unstarted(follower);
        thread.start();
    }

    /// What is being spent right now. From memory, cheap, never fails.
    ///
    /// @param tenant null for all
    public Live live(@Nullable String tenant) {
        return ring.live(tenant, clock.instant());
    }

    /// Totals by time and dimension: by bucket, and within one the largest first, `other` last.
    ///
    /// @throws UsageException when it cannot be answered
    public List<TotalsRow> totals(TotalsQuery query) {
        return ask(c -> TotalsSql.run(c, query, settings.queryTimeout()));
    }

    /// Runs, one page.
    ///
    /// @throws UsageException `CALLER` when the cursor is not one of this query
    public RunsPage runs(RunsQuery query) {
        return ask(c -> RunsSql.page(c, query, clock.instant(), settings));
    }

    /// One run with its calls; empty when there is none.
    public Optional<RunDetail> run(String tenant, String run) {
        RunsQuery query =
                RunsQuery.over(Instant.EPOCH, Instant.MAX, RunsQuery.Order.LATEST)
                        .of(tenant)
                        .where(Dimension.RUN, run)
                        .atMost(1);
        return ask(connection -> {
            List<RunsSql.Found> found = RunsSql.find(connection, query, clock.instant(), settings);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            List<CallRow> calls =
                    CallsSql.ofRun(
                            connection, tenant, run, RunDetail.MAX_CALLS, settings.queryTimeout());
            long earlier = Math.max(0, found.getFirst().entries() - calls.size());
            return Optional.of(new RunDetail(found.getFirst().row(), calls, earlier));
        });
    }

    /// Calls, let through and denied, one page in the order of the journal.
    public List<CallRow> calls(CallsQuery query) {
        return ask(c -> CallsSql.page(c, query, settings.queryTimeout()));
    }

    /// One call by the id that its caller was told. Where a call was denied and tried again under the
    /// same id, the last.
    public Optional<CallDetail> call(String id) {
        return ask(connection -> details.find(connection, id));
    }

    /// The entry of the journal that one call ended with, by the id that its caller was told.
    public Optional<Entry> entry(String id) {
        return ask(connection -> details.entry(connection, id));
    }

    /// The entry of the journal that made a hold, by the hold's id.
    public Optional<Entry.Reserved> reserved(String hold) {
        return ask(connection -> details.reserved(connection, hold));
    }

    /// One reservation of a protocol, by its id.
    public Optional<Reservation> reservation(String id) {
        return ask(c -> ReservationsSql.find(c, id, clock.instant(), settings.queryTimeout()));
    }

    /// Reservations of a protocol, one page.
    public List<Reservation> reservations(ReservationsQuery query) {
        return ask(c -> ReservationsSql.list(c, query, clock.instant(), settings.queryTimeout()));
    }

    /// What happened to reservations of a protocol, the latest first.
    public List<Incident> incidents(IncidentsQuery query) {
        return ask(c -> ReservationsSql.incidents(c, query, settings.queryTimeout()));
    }

    /// What people and the configuration did, one page, the latest in the journal first.
    public List<AuditRow> audit(AuditQuery query) {
        return ask(c -> AuditSql.list(c, query, settings.queryTimeout()));
    }

    /// How many times the file was opened: once more after each rebuild.
    int openings() {
        return follower.openings();
    }

    /// Asks something in SQL.
    <T> T ask(Queries.Question<T> question) {
        return queries.ask(question);
    }

    @Override
    public String name() {
        return "read model";
    }

    /// The position of the last entry that is in the read model.
    @Override
    public long position() {
        return follower.position();
    }

    /// How many entries of the journal are not in the read model yet.
    public long lag() {
        return Math.max(0, journal.lastPosition() - follower.position());
    }

    public UsageHealth health() {
        // In this order: it starts only once.
        boolean starting = follower.isStarting();
        return new UsageHealth(position(), lag(), follower.problem(), starting);
    }

    /// Waits until everything up to a position is in the read model.
    ///
    /// @return whether it is, within the time
    public boolean awaitPosition(long position, Duration atMost) throws InterruptedException {
        return follower.awaitPosition(position, atMost);
    }

    /// Drops the read model and builds it again from the first entry of the journal. Returns at once;
    /// [#lag] is the whole journal then, and shows the progress. Metrics do not count anything twice.
    ///
    /// @throws UsageException `EXTERNAL` when archived entries are elsewhere: the read model is all that
    ///     is left of them here, and stays
    public void rebuild() {
        if (journal.firstPosition() > 1) {
            throw new UsageException(
                    UsageException.Kind.EXTERNAL,
                    "the read model stays as it is: entries before "
                            + journal.firstPosition()
                            + " of the journal were archived, and their files are elsewhere; put"
                            + " them back first");
        }
        follower.rebuild();
    }

    /// Stops following and closes the file. What was not followed yet is at the next start. An interrupt
    /// is kept, and cuts the waiting short.
    @Override
    public void close() {
        queries.close();
        follower.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
