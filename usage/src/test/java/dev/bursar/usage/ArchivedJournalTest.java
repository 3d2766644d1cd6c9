package dev.bursar.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The read model of a real journal whose old records were archived.
final class ArchivedJournalTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final int CALLS = 20;

    /// An old call and a new one.
    private static final String OLD = "call-3";

    private static final String NEW = "call-12";

    @TempDir Path folder;

    private final TestClock clock = new TestClock(Samples.NOON);

    private record Answers(
            List<TotalsRow> totals,
            RunsPage runs,
            Optional<CallDetail> old,
            Optional<CallDetail> fresh) {}

    @Test
    void rebuild_afterArchiving_givesTheSameAnswers() throws InterruptedException {
        try (Authority authority = authority();
                Usage usage = usage(authority)) {
            Answers before = archiveTheOldHalf(authority, usage);
            assertThat(answers(usage)).isEqualTo(before);
            int openings = usage.openings();
            usage.rebuild();
            House.await(() -> usage.openings() > openings);
            follow(authority, usage);
            assertThat(answers(usage)).isEqualTo(before);
        }
    }

    @Test
    void archivedFiles_elsewhere_areMissedByTheirCallsAndARebuildOnly()
            throws InterruptedException, IOException {
        Answers before;
        try (Authority authority = authority();
                Usage usage = usage(authority)) {
            before = archiveTheOldHalf(authority, usage);
        }
        Files.move(folder.resolve("data/archive"), folder.resolve("elsewhere"));
        try (Authority authority = authority();
                Usage usage = usage(authority)) {
            follow(authority, usage);
            assertThat(usage.totals(totals())).isEqualTo(before.totals());
            assertThat(usage.call(NEW)).isEqualTo(before.fresh());
            assertThatThrownBy(() -> usage.call(OLD))
                    .isInstanceOfSatisfying(
                            UsageException.class,
                            e -> assertThat(e.kind()).isEqualTo(UsageException.Kind.ARCHIVED))
                    .hasMessageContaining("to 20 were archived")
                    .hasMessageContaining("put the files back");
            assertThatThrownBy(usage::rebuild)
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("the read model stays as it is");
            assertThat(usage.totals(totals())).isEqualTo(before.totals());
            assertThat(usage.health().following()).isTrue();
        }
    }

    /// @return what the read model has said before
    private Answers archiveTheOldHalf(Authority authority, Usage usage)
            throws InterruptedException {
        authority.keepFor(usage);
        call(authority, 0, CALLS / 2);
        Instant between = clock.instant().plusSeconds(1);
        clock.advance(Duration.ofDays(1));
        call(authority, CALLS / 2, CALLS);
        follow(authority, usage);
        Answers before = answers(usage);
        assertThat(before.old()).isPresent();
        assertThat(before.totals()).isNotEmpty();
        assertThat(authority.archive(between).last()).isEqualTo(CALLS);
        return before;
    }

    private static void call(Authority authority, int from, int to) {
        for (int i = from; i < to; i++) {
            HoldId hold = new HoldId("call-" + i);
            CommandKey key = new CommandKey(hold.value(), i);
            Subject subject = Subject.of(Map.of("run", "run-" + i % 3));
            Amounts amounts = Amounts.of(Unit.USD_MICROCENTS, 1_000 + i);
            assertThat(
                            authority.submit(
                                    new Command.Reserve(
                                            key,
                                            hold,
                                            ACME,
                                            subject,
                                            amounts,
                                            Amounts.NONE,
                                            Duration.ofMinutes(5),
                                            Command.OnExpiry.RELEASE,
                                            Command.Overage.ALWAYS,
                                            Attribution.NONE)))
                    .isInstanceOf(Outcome.Granted.class);
            authority.submit(new Command.Commit(key, ACME, hold, amounts, Attribution.NONE));
        }
    }

    private static Answers answers(Usage usage) {
        return new Answers(
                usage.totals(totals()),
                usage.runs(
                        RunsQuery.over(
                                Samples.NOON.minus(Duration.ofDays(1)),
                                Samples.NOON.plus(Duration.ofDays(9)),
                                RunsQuery.Order.LATEST)),
                usage.call(OLD),
                usage.call(NEW));
    }

    private static TotalsQuery totals() {
        return TotalsQuery.over(
                        Samples.NOON.minus(Duration.ofDays(1)),
                        Samples.NOON.plus(Duration.ofDays(9)))
                .by(Dimension.RUN);
    }

    private static void follow(Authority authority, Usage usage) throws InterruptedException {
        assertThat(usage.awaitPosition(authority.journal().lastPosition(), House.PATIENCE))
                .isTrue();
    }

    private Authority authority() {
        return Authority.open(folder.resolve("data"), AuthoritySettings.DEFAULT, clock);
    }

    private Usage usage(Authority authority) {
        return Usage.open(
                folder.resolve("usage.duckdb"),
                authority.journal(),
                new PrometheusRegistry(),
                clock);
    }
}
