package dev.bursar.usage;

import dev.bursar.authority.JournalReader;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The read model: follows the journal and answers where the money went.
///
/// All methods may be called by any thread. Queries run on threads of their own; the caller waits, at
/// most for the query timeout. They see everything up to [#position].
public final class Usage implements AutoCloseable {

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
        throw new IllegalStateException();
    }

    /// What is being spent right now. From memory, cheap, never fails.
    ///
    /// @param tenant null for all
    public Live live(@Nullable String tenant) {
        throw new IllegalStateException();
    }

    /// Totals by time and dimension: by bucket, and within one the largest first, `other` last.
    ///
    /// @throws UsageException when it cannot be answered
    public List<TotalsRow> totals(TotalsQuery query) {
        throw new IllegalStateException();
    }

    /// Runs, one page.
    ///
    /// @throws UsageException `CALLER` when the cursor is not one of this query
    public RunsPage runs(RunsQuery query) {
        throw new IllegalStateException();
    }

    /// One run with its calls; empty when there is none.
    public Optional<RunDetail> run(String tenant, String run) {
        throw new IllegalStateException();
    }

    /// One call by the id that its caller was told. Where a call was denied and tried again under the
    /// same id, the last.
    public Optional<CallDetail> call(String id) {
        throw new IllegalStateException();
    }

    /// The position of the last entry that is in the read model.
    public long position() {
        throw new IllegalStateException();
    }

    /// How many entries of the journal are not in the read model yet.
    public long lag() {
        throw new IllegalStateException();
    }

    public UsageHealth health() {
        throw new IllegalStateException();
    }

    /// Waits until everything up to a position is in the read model.
    ///
    /// @return whether it is, within the time
    public boolean awaitPosition(long position, Duration atMost) throws InterruptedException {
        throw new IllegalStateException();
    }

    /// Drops the read model and builds it again from the first entry of the journal. Returns at once;
    /// [#lag] shows the progress. Metrics do not count anything twice.
    public void rebuild() {
        throw new IllegalStateException();
    }

    /// Stops following and closes the file. What was not followed yet is at the next start.
    @Override
    public void close() {}
}
