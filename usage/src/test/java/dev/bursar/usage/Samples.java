package dev.bursar.usage;

import dev.bursar.ledger.AccountKey;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.CommandKey;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.HoldId;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Entries as the gateway's calls leave them in a journal.
final class Samples {

    /// 2026-03-10 12:00 in UTC.
    static final Instant NOON = Instant.parse("2026-03-10T12:00:00Z");

    static final long CENT = 1_000_000L;

    private Samples() {}

    static Subject subject(String tenant, String run, String... more) {
        Map<String, String> values = new TreeMap<>();
        values.put("tenant", tenant);
        values.put("run", run);
        values.put("workflow", "support");
        values.put("user", "ann");
        values.put("release", "v1");
        for (int i = 0; i < more.length; i += 2) {
            values.put(more[i], more[i + 1]);
        }
        return Subject.of(values);
    }

    static Amounts usd(long microcents) {
        return Amounts.of(Unit.USD_MICROCENTS, microcents).with(Unit.CALLS, 1);
    }

    static Attribution attribution(String call, String model, long input, long output, long cost) {
        return Attribution.of(
                Map.of(
                        "call", call,
                        "model", model,
                        "provider", "openai",
                        "dialect", "openai.chat",
                        "status", "200",
                        "price", "openai/" + model + "@2026-01-01",
                        "provenance", "provider"),
                Map.of(
                        "tokens_input",
                        input,
                        "tokens_output",
                        output,
                        "cost_input_microcents",
                        cost / 4,
                        "cost_output_microcents",
                        cost - cost / 4,
                        "latency_millis",
                        420L));
    }

    static Entry.Reserved reserved(
            Instant at, String call, Subject subject, long microcents, List<Block> wouldRefuse) {
        return new Entry.Reserved(
                at,
                new CommandKey(call, 1),
                tenant(subject),
                subject,
                usd(microcents),
                List.of(),
                Duration.ZERO,
                Command.OnExpiry.CHARGE,
                Command.Overage.ALWAYS,
                false,
                Attribution.of(Map.of("call", call), Map.of()),
                new Outcome.Granted(
                        new HoldId(call),
                        usd(microcents),
                        at.plusSeconds(60),
                        List.of(),
                        wouldRefuse,
                        null,
                        List.of()));
    }

    static Entry.Committed committed(
            Instant at, String call, Subject subject, String model, long tokens, long cost) {
        return new Entry.Committed(
                at,
                new CommandKey(call + "/commit", 1),
                new HoldId(call),
                tenant(subject),
                subject,
                usd(2 * cost),
                usd(cost),
                usd(cost),
                Amounts.NONE,
                List.of(),
                List.of(),
                List.of(),
                attribution(call, model, tokens - tokens / 3, tokens / 3, cost));
    }

    static Entry.Released released(Instant at, String call, Subject subject) {
        return new Entry.Released(
                at,
                new CommandKey(call + "/release", 1),
                new HoldId(call),
                tenant(subject),
                subject,
                usd(CENT),
                List.of(),
                Attribution.of(Map.of("call", call, "status", "503"), Map.of()));
    }

    static Entry.Expired expired(
            Instant at, String call, Subject subject, long held, boolean charged) {
        return new Entry.Expired(
                at,
                new HoldId(call),
                tenant(subject),
                subject,
                usd(held).with(Unit.TOKENS, 1_000),
                charged,
                Attribution.of(
                        Map.of("call", call, "model", "gpt-4o", "provenance", "priced"),
                        Map.of("tokens_input", 5L)));
    }

    static Entry.Charged toolSpend(
            Instant at, String call, Subject subject, String tool, long cost) {
        return new Entry.Charged(
                at,
                new CommandKey(call, 1),
                tenant(subject),
                subject,
                Amounts.of(Unit.USD_MICROCENTS, cost).with(Unit.TOOL_CALLS, 1),
                Amounts.of(Unit.USD_MICROCENTS, cost).with(Unit.TOOL_CALLS, 1),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Attribution.of(Map.of("call", call, "tool", tool), Map.of()));
    }

    /// A call that was answered from the cache.
    static Entry.Charged cached(
            Instant at, String call, Subject subject, String model, long avoided) {
        return new Entry.Charged(
                at,
                new CommandKey(call, 1),
                tenant(subject),
                subject,
                Amounts.of(Unit.CALLS, 1),
                Amounts.of(Unit.CALLS, 1),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Attribution.of(
                        Map.of(
                                "call", call,
                                "model", model,
                                "decision", "cached",
                                "provenance", "cached",
                                "cache", "exact"),
                        Map.of("cost_avoided_microcents", avoided)));
    }

    static Entry.Refused refused(
            Instant at, String call, Subject subject, long asked, Block... blocks) {
        return new Entry.Refused(
                at,
                StateRecord.Operation.RESERVE,
                tenant(subject),
                subject,
                usd(asked),
                Reason.BUDGET_EXCEEDED,
                List.of(blocks),
                Attribution.of(Map.of("call", call, "model", "gpt-4o"), Map.of()));
    }

    /// A commit that a limit has refused: its hold is still open.
    static Entry.Refused refusedCommit(Instant at, String call, Subject subject, Block... blocks) {
        return new Entry.Refused(
                at,
                StateRecord.Operation.COMMIT,
                tenant(subject),
                subject,
                usd(1),
                Reason.OVERAGE_REJECTED,
                List.of(blocks),
                Attribution.of(Map.of("call", call), Map.of()));
    }

    /// A hard budget per run, for life, that is spent.
    static Block spent(String budget, String run) {
        return block(budget, run, Budget.Mode.HARD, new Window.Life(), Block.Cause.SPENT);
    }

    static Block block(
            String budget, String run, Budget.Mode mode, Window window, Block.Cause cause) {
        return new Block(
                new AccountKey(new BudgetId("acme/" + budget), List.of(run), 0),
                budget,
                null,
                mode,
                window,
                Unit.USD_MICROCENTS,
                cause,
                50 * CENT,
                48 * CENT,
                0,
                0,
                15 * CENT,
                2 * CENT,
                null,
                null);
    }

    static Window rate() {
        return new Window.Rolling(Duration.ofMinutes(1));
    }

    private static TenantId tenant(Subject subject) {
        String tenant = subject.get(Subject.TENANT);
        return new TenantId(tenant == null ? "acme" : tenant);
    }
}
