package dev.bursar.usage;

import static dev.bursar.usage.Samples.CENT;
import static dev.bursar.usage.Samples.NOON;
import static dev.bursar.usage.Samples.subject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command.Adjustment;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Standing;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the read model knows of acts.
final class AuditTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final BudgetId MONTH = new BudgetId("acme/month");
    private static final AccountKey ACCOUNT = new AccountKey(MONTH, List.of("ann"), 0);

    @TempDir Path directory;

    private static Attribution by(String actor, String action, String target, String... more) {
        Map<String, String> labels = new TreeMap<>();
        labels.put("actor", actor);
        labels.put("role", "operator");
        labels.put("action", action);
        labels.put("target", target);
        for (int i = 0; i < more.length; i += 2) {
            labels.put(more[i], more[i + 1]);
        }
        return Attribution.of(labels, Map.of());
    }

    private static Entry.Noted note(@Nullable TenantId tenant, Attribution by) {
        return new Entry.Noted(NOON, tenant, by);
    }

    private static Entry.BudgetAdjusted credit(Attribution by) {
        return new Entry.BudgetAdjusted(
                NOON,
                new CommandKey("k", 1),
                ACME,
                ACCOUNT,
                Adjustment.CREDIT,
                5 * CENT,
                new Standing(ACCOUNT, null, Unit.USD_MICROCENTS, 10 * CENT, 0, 0, 0, 0, false),
                by);
    }

    private static AuditQuery all() {
        return AuditQuery.latest(100);
    }

    private static List<String> actions(List<AuditRow> rows) {
        return rows.stream().map(AuditRow::action).toList();
    }

    @Test
    void everyAct_isThere_theLatestFirst_alsoAfterARebuild() throws InterruptedException {
        Instant until = NOON.plusSeconds(60);
        try (House house = new House(directory)) {
            house.append(
                    new Entry.BudgetDefined(
                            NOON,
                            new Budget(
                                    MONTH,
                                    ACME,
                                    "month",
                                    new TreeMap<>(),
                                    List.of("user"),
                                    Unit.USD_MICROCENTS,
                                    10 * CENT,
                                    new Window.Life(),
                                    Budget.Mode.HARD,
                                    List.of()),
                            Attribution.NONE),
                    credit(by("ann", "budget.credit", "acme/month", "reason", "launch")));
            house.append(
                    new Entry.BudgetStatusSet(
                            NOON,
                            List.of(MONTH, new BudgetId("acme/day")),
                            Budget.Status.FROZEN,
                            by("ann", "budget.freeze", "acme")),
                    new Entry.ApprovalGranted(
                            NOON,
                            new CommandKey("g", 1),
                            ACME,
                            "ap-1",
                            ACCOUNT,
                            3 * CENT,
                            until,
                            credit(Attribution.NONE).standing(),
                            by("ann", "approval.grant", "acme/month")),
                    new Entry.ApprovalDeclined(
                            NOON,
                            new CommandKey("d", 1),
                            ACME,
                            "ap-2",
                            ACCOUNT,
                            until,
                            by("ann", "approval.decline", "acme/month")),
                    new Entry.BudgetRemoved(NOON, MONTH, Attribution.NONE),
                    new Entry.TenantClosed(NOON, ACME, by("root", "tenant.close", "acme")));
            house.append(note(null, by("root", "backup", "", "bytes", "12")));

            List<AuditRow> rows = house.usage.audit(all());

            assertThat(actions(rows))
                    .containsExactly(
                            "backup",
                            "tenant.close",
                            "budget.remove",
                            "approval.decline",
                            "approval.grant",
                            "budget.freeze",
                            "budget.credit",
                            "budget.define");
            assertThat(rows.getFirst().tenant()).isNull();
            assertThat(rows.getFirst().details()).containsEntry("bytes", "12");
            assertThat(rows.get(2).tenant()).isEqualTo("acme");
            assertThat(rows.get(4).details())
                    .containsEntry("approval", "ap-1")
                    .containsEntry("until", until.toString());
            assertThat(rows.get(5).details())
                    .containsEntry("budgets", "acme/month,acme/day")
                    .containsEntry("status", "frozen");
            assertThat(rows.get(6).reason()).isEqualTo("launch");
            assertThat(rows.get(6).amount()).isEqualTo(5 * CENT);
            assertThat(rows.get(6).unit()).isEqualTo("USD_MICROCENTS");
            assertThat(rows.get(6).details()).containsEntry("per", "ann");
            assertThat(rows.get(7).target()).isEqualTo("acme/month");
            assertThat(rows.get(7).amount()).isEqualTo(10 * CENT);
            house.rebuild();
            assertThat(house.usage.audit(all())).isEqualTo(rows);
        }
    }

    @Test
    void freezeOfManyBudgets_isFoundByEachOfThem() throws InterruptedException {
        List<BudgetId> frozen =
                IntStream.range(0, 50).mapToObj(i -> new BudgetId("acme/b" + i)).toList();
        try (House house = new House(directory)) {
            house.append(
                    new Entry.BudgetStatusSet(
                            NOON,
                            frozen,
                            Budget.Status.FROZEN,
                            by("ann", "budget.freeze", "tenant:acme/agent:bot")),
                    credit(by("ann", "budget.credit", "acme/month")));
            for (String budget : List.of("acme/b0", "acme/b49")) {
                assertThat(house.usage.audit(all().ofTarget(budget)))
                        .as(budget)
                        .extracting(AuditRow::target)
                        .containsExactly("tenant:acme/agent:bot");
            }
            assertThat(house.usage.audit(all().ofTarget("acme/b50"))).isEmpty();
            assertThat(house.usage.audit(all().ofTarget("tenant:acme/agent:bot"))).hasSize(1);
            assertThat(actions(house.usage.audit(all().ofTarget("acme/month"))))
                    .containsExactly("budget.credit");
        }
    }

    @Test
    void act_toldTwice_isThereOnce_asItWasToldFirst() throws InterruptedException {
        Attribution first = by("ann", "key.create", "worker", "act", "a-1");
        Attribution second = by("ann", "key.revoke", "worker", "act", "a-2");
        try (House house = new House(directory)) {
            house.append(note(ACME, first), note(ACME, first));
            house.append(note(ACME, first), note(ACME, second));
            house.append(note(ACME, second));
            assertThat(house.usage.audit(all()))
                    .extracting(AuditRow::position)
                    .containsExactly(4L, 1L);
            house.rebuild();
            assertThat(house.usage.audit(all()))
                    .extracting(AuditRow::position)
                    .containsExactly(4L, 1L);
        }
    }

    @Test
    void act_thatWasToldLater_hasTheTimeWhenItWasDone() throws InterruptedException {
        Instant done = NOON.minusSeconds(3_600);
        try (House house = new House(directory)) {
            house.append(
                    note(ACME, by("ann", "key.create", "k", "done_at", done.toString())),
                    note(ACME, by("ann", "key.revoke", "k", "done_at", "yesterday")));
            assertThat(house.usage.audit(all()))
                    .extracting(AuditRow::at)
                    .containsExactly(NOON, done);
        }
    }

    @Test
    void filters_leaveTheRest_andPagesGoOn() throws InterruptedException {
        try (House house = new House(directory)) {
            house.append(
                    credit(by("ann", "budget.credit", "acme/month", "request_id", "r-1")),
                    note(new TenantId("other"), by("bob", "key.create", "k", "act", "1")),
                    note(ACME, by("bob", "budgets", "x", "act", "2")),
                    note(null, by("ann", "backup", "", "act", "3")));

            assertThat(positions(house, all().ofTenant("acme"))).containsExactly(3L, 1L);
            assertThat(positions(house, query("ann", null, null, null))).containsExactly(4L, 1L);
            assertThat(positions(house, query(null, "budget", null, null))).containsExactly(1L);
            assertThat(positions(house, query(null, "budget.credit", null, null)))
                    .containsExactly(1L);
            assertThat(positions(house, query(null, null, "k", null))).containsExactly(2L);
            assertThat(positions(house, query(null, null, null, "r-1"))).containsExactly(1L);
            assertThat(positions(house, within(NOON, NOON))).isEmpty();
            assertThat(positions(house, within(NOON, NOON.plusMillis(1)))).hasSize(4);
            assertThat(positions(house, AuditQuery.latest(3))).containsExactly(4L, 3L, 2L);
            assertThat(positions(house, AuditQuery.latest(3).before(2L))).containsExactly(1L);
        }
    }

    private static List<Long> positions(House house, AuditQuery query) {
        return house.usage.audit(query).stream().map(AuditRow::position).toList();
    }

    private static AuditQuery query(
            @Nullable String actor,
            @Nullable String action,
            @Nullable String target,
            @Nullable String request) {
        return new AuditQuery(null, actor, action, target, request, null, null, null, 100);
    }

    private static AuditQuery within(Instant from, Instant to) {
        return new AuditQuery(null, null, null, null, null, from, to, null, 100);
    }

    @Test
    void endOfAHold_isAnAct_onlyWhenAPersonPutIt() throws InterruptedException {
        Entry.Released theirs = Samples.released(NOON, "call-1", subject("acme", "r"));
        Entry.Released ours =
                new Entry.Released(
                        NOON,
                        new CommandKey("x", 1),
                        new HoldId("h-2"),
                        ACME,
                        subject("acme", "r"),
                        Samples.usd(CENT),
                        List.of(),
                        by("ann", "reservation.release", "h-2", "on_behalf_of", "acme"));
        Entry.Committed paid =
                new Entry.Committed(
                        NOON,
                        new CommandKey("y", 1),
                        new HoldId("h-3"),
                        ACME,
                        subject("acme", "r"),
                        Samples.usd(CENT),
                        Samples.usd(3 * CENT),
                        Samples.usd(3 * CENT),
                        Samples.usd(2 * CENT),
                        List.of(),
                        List.of(),
                        List.of(),
                        by("ann", "reservation.commit", "h-3", "on_behalf_of", "acme"));
        try (House house = new House(directory)) {
            house.append(theirs, ours, paid);

            List<AuditRow> rows = house.usage.audit(all());

            assertThat(actions(rows)).containsExactly("reservation.commit", "reservation.release");
            assertThat(rows.getFirst().amount()).isEqualTo(paid.actual().value(0));
            assertThat(rows.getFirst().unit()).isEqualTo(paid.actual().unit(0).name());
            assertThat(rows.getLast().onBehalfOf()).isEqualTo("acme");
            assertThat(rows.getLast().unit()).isNull();
        }
    }
}
