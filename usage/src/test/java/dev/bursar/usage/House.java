package dev.bursar.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.Entry;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// A journal and a read model of it that can be closed and opened again, as in one process after the
/// other.
final class House implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    final MemoryJournal journal;
    final TestClock clock = new TestClock(Samples.NOON);
    final Path file;
    private final UsageSettings settings;
    PrometheusRegistry registry = new PrometheusRegistry();
    Usage usage;

    House(Path directory) {
        this(directory, new MemoryJournal(), UsageSettings.DEFAULT);
    }

    House(Path directory, MemoryJournal journal, UsageSettings settings) {
        this.journal = journal;
        this.settings = settings;
        file = directory.resolve("usage.duckdb");
        usage = Usage.open(file, journal, registry, clock, settings);
    }

    /// Appends one record and waits until the read model has it.
    long append(Entry... entries) throws InterruptedException {
        long position = journal.append(List.of(entries));
        follow();
        return position;
    }

    /// Waits until everything in the journal is in the read model.
    void follow() throws InterruptedException {
        assertThat(usage.awaitPosition(journal.lastPosition(), PATIENCE))
                .as("follows: %s", usage.health())
                .isTrue();
    }

    /// Builds the read model again and waits until it has everything.
    void rebuild() throws InterruptedException {
        int before = usage.openings();
        usage.rebuild();
        await(() -> usage.openings() > before);
        follow();
    }

    void restart() throws InterruptedException {
        reopen();
        follow();
    }

    void reopen() {
        usage.close();
        registry = new PrometheusRegistry();
        usage = Usage.open(file, journal, registry, clock, settings);
    }

    String metrics() throws IOException {
        return text(registry);
    }

    /// What Prometheus would read.
    static String text(PrometheusRegistry registry) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.create().write(text, registry.scrape());
        return text.toString(StandardCharsets.UTF_8);
    }

    /// Waits until a metric has a value.
    ///
    /// @param line as Prometheus would read it
    void awaitMetric(String line) {
        await(() -> {
            try {
                return metrics().lines().anyMatch(line::equals);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /// Waits for something that another thread does.
    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for " + PATIENCE).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        usage.close();
    }
}
