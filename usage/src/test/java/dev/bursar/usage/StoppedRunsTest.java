package dev.bursar.usage;

import static dev.bursar.usage.Samples.CENT;
import static dev.bursar.usage.Samples.NOON;
import static dev.bursar.usage.Samples.committed;
import static dev.bursar.usage.Samples.reserved;
import static dev.bursar.usage.Samples.subject;
import static dev.bursar.usage.Samples.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.StoppedRun;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs that a breaker or a person has stopped.
final class StoppedRunsTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final Subject RUN = subject("acme", "r1");

    @TempDir Path directory;
    private House house;

    @BeforeEach
    void open() throws InterruptedException {
        house = new House(directory);
        house.append(flagged("c1"), committed(NOON, "c1", RUN, "gpt-4o", 300, CENT));
        house.append(
                new Entry.RunStopped(new StoppedRun(ACME, "r1", NOON, by("breaker", "a loop"))),
                stopped(NOON.plusSeconds(1), "c2"),
                stopped(NOON.plusSeconds(2), "c3"));
    }

    @AfterEach
    void close() {
        house.close();
    }

    private static Attribution by(String actor, String reason) {
        return Attribution.of(
                Map.of("actor", actor, "reason", reason, "rule", "identical_answers"), Map.of());
    }

    private static Entry flagged(String call) {
        Entry.Reserved plain = reserved(NOON, call, RUN, CENT, List.of());
        return new Entry.Reserved(
                plain.at(),
                plain.key(),
                plain.tenant(),
                RUN,
                plain.asked(),
                List.of(),
                plain.grace(),
                plain.onExpiry(),
                plain.overage(),
                false,
                Attribution.of(Map.of("call", call, "breaker", "cycle"), Map.of()),
                plain.granted());
    }

    private static Entry.Refused stopped(Instant at, String call) {
        return new Entry.Refused(
                at,
                StateRecord.Operation.RESERVE,
                ACME,
                RUN,
                usd(CENT),
                Reason.RUN_STOPPED,
                List.of(),
                Attribution.of(Map.of("call", call, "breaker", "identical_answers"), Map.of()));
    }

    private RunRow run() {
        return house.usage.run("acme", "r1").orElseThrow().run();
    }

    @Test
    void run_refusedLast_isStopped() {
        assertThat(run().status()).isEqualTo(RunStatus.STOPPED);
        assertThat(run().stopReason()).isEqualTo("run_stopped");
        assertThat(run().denials()).isEqualTo(2);
        RunsQuery all =
                RunsQuery.over(NOON.minusSeconds(1), NOON.plusSeconds(60), RunsQuery.Order.COST);
        assertThat(house.usage.runs(all.where(RunStatus.STOPPED)).rows()).hasSize(1);
    }

    @Test
    void run_thatWentOnSince_isRunning() throws InterruptedException {
        house.append(
                new Entry.RunResumed(NOON.plusSeconds(3), ACME, "r1", by("ann", "mended")),
                committed(NOON.plusSeconds(4), "c4", RUN, "gpt-4o", 300, CENT));

        assertThat(run().status()).isEqualTo(RunStatus.RUNNING);
        assertThat(run().stopReason()).isEmpty();
    }

    @Test
    void call_tellsTheRuleThatNoticedIt() {
        CallRow denied = house.usage.call("c2").orElseThrow().call();
        assertThat(denied.denial()).isEqualTo("run_stopped");
        assertThat(denied.breaker()).isEqualTo("identical_answers");
        assertThat(denied.budget()).isEmpty();
    }

    @Test
    void metrics_countStopsAndFlags() throws IOException {
        assertThat(house.metrics().lines())
                .contains(
                        "bursar_decisions_total{decision=\"allow\",mode=\"soft\","
                                + "reason=\"breaker_cycle\",workflow=\"support\"} 1.0",
                        "bursar_decisions_total{decision=\"deny\",mode=\"hard\","
                                + "reason=\"run_stopped\",workflow=\"support\"} 2.0",
                        "agent_run_total{release=\"v1\",status=\"stopped\","
                                + "stop_reason=\"run_stopped\"} 1.0",
                        "agent_budget_breach_total{release=\"none\"} 0.0")
                .noneMatch(line -> line.startsWith("agent_budget_breach_total{release=\"v1\""));
    }

    @Test
    void audit_tellsWhoStoppedAndResumedIt() throws InterruptedException {
        house.append(new Entry.RunResumed(NOON.plusSeconds(3), ACME, "r1", by("ann", "mended")));

        List<AuditRow> rows = house.usage.audit(AuditQuery.latest(100));

        assertThat(rows)
                .extracting(AuditRow::action, AuditRow::target, AuditRow::actor, AuditRow::reason)
                .containsExactly(
                        tuple("run.resume", "r1", "ann", "mended"),
                        tuple("run.stop", "r1", "breaker", "a loop"));
        assertThat(rows.getLast().details()).containsEntry("rule", "identical_answers");
    }
}
