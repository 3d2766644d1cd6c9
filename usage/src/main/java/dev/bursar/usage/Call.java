package dev.bursar.usage;

import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.StateRecord;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A call as the journal tells it: the row of lists, and what is only counted or grouped by.
///
/// @param requestType `""` when not known, like all text here
/// @param price id of the price row
/// @param toolCalls that were counted
/// @param partlyPriced whether the provider bills more than its price here knows
/// @param cached whether it was answered from the cache
/// @param avoidedMicrocents what the answer had cost that it got from there
/// @param stopsRun whether it is the denial that ends its run
/// @param buckets tokens and cost by class
record Call(
        CallRow row,
        Subject subject,
        String dialect,
        String requestType,
        String price,
        long toolCalls,
        boolean partlyPriced,
        boolean cached,
        long avoidedMicrocents,
        boolean stopsRun,
        Buckets buckets) {

    private static final String ESTIMATED = "estimated";
    private static final String UNPRICED = "unpriced";
    private static final String LAPSED = "expired";

    /// Names the breaker's rule that has noticed a call.
    static final String BREAKER = "breaker";

    /// The decision on a call that was not made.
    private static final String CACHED = "cached";

    /// Names the call of a model that a tool call was counted with.
    private static final String COUNTED = "counted_by";

    /// What a call came to.
    private record End(
            CallOutcome outcome,
            Amounts spent,
            long askedMicrocents,
            String denial,
            String budget,
            boolean stopsRun) {

        static End spent(CallOutcome outcome, Amounts spent) {
            return new End(outcome, spent, 0, "", "", false);
        }
    }

    /// The call that an entry ends, or null for an entry that ends none.
    static @Nullable Call of(Positioned positioned) {
        long position = positioned.position();
        return switch (positioned.entry()) {
            case Entry.Administrative _ -> null;
            case Entry.Reserved _, Entry.Extended _, Entry.Evaluated _, Entry.AccountsDropped _ ->
                    null;
            // The call goes on: its hold is still open.
            case Entry.Refused e when e.operation() == StateRecord.Operation.COMMIT -> null;
            case Entry.Refused e ->
                    of(position, e.at(), null, e.tenant(), e.subject(), e.attribution(), denied(e));
            case Entry.Committed e ->
                    of(
                            position,
                            e.at(),
                            e.hold().value(),
                            e.tenant(),
                            e.subject(),
                            e.attribution(),
                            End.spent(CallOutcome.SETTLED, e.actual()));
            // A hold that nothing was noted of was given back before anything was sent.
            case Entry.Released e when e.attribution().labels().isEmpty() -> null;
            case Entry.Released e ->
                    of(
                            position,
                            e.at(),
                            e.hold().value(),
                            e.tenant(),
                            e.subject(),
                            e.attribution(),
                            End.spent(CallOutcome.RELEASED, Amounts.NONE));
            case Entry.Expired e ->
                    of(
                            position,
                            e.at(),
                            e.hold().value(),
                            e.tenant(),
                            e.subject(),
                            e.attribution(),
                            e.charged()
                                    ? End.spent(CallOutcome.EXPIRED, e.held())
                                    : End.spent(CallOutcome.RELEASED, Amounts.NONE));
            case Entry.Charged e ->
                    of(
                            position,
                            e.at(),
                            null,
                            e.tenant(),
                            e.subject(),
                            e.attribution(),
                            End.spent(CallOutcome.CHARGED, e.actual()));
        };
    }

    /// Whether the price of its model was not known.
    boolean isUnpriced() {
        return row.provenance().equals(UNPRICED);
    }

    /// Whether its tokens are a guess, or its cost leaves something out.
    boolean isEstimated() {
        return row.provenance().equals(ESTIMATED);
    }

    private static End denied(Entry.Refused refused) {
        List<Block> blocks = refused.blocks();
        return new End(
                CallOutcome.DENIED,
                Amounts.NONE,
                refused.asked().get(Unit.USD_MICROCENTS),
                Denials.code(refused.reason(), blocks),
                Denials.budget(blocks),
                Denials.stopsRun(refused.reason(), blocks));
    }

    private static Call of(
            long position,
            Instant at,
            @Nullable String hold,
            TenantId tenant,
            Subject subject,
            Attribution attribution,
            End end) {
        // A lapsed hold has only what was guessed at reserve; a denied or released call used
        // nothing.
        boolean metered =
                end.outcome() == CallOutcome.SETTLED || end.outcome() == CallOutcome.CHARGED;
        Buckets buckets = metered ? Buckets.of(attribution) : Buckets.NONE;
        long classified = buckets.tokens();
        String id = label(attribution, "call", hold == null ? "p" + position : hold);
        String tool = named(attribution, subject, Subject.TOOL);
        CallRow row =
                new CallRow(
                        position,
                        id,
                        at.truncatedTo(ChronoUnit.MILLIS),
                        end.outcome(),
                        tenant.value(),
                        dimension(subject, Subject.RUN, isKnown(attribution, end) ? id : ""),
                        dimension(subject, Subject.WORKFLOW, ""),
                        dimension(subject, Subject.AGENT, ""),
                        dimension(subject, Subject.USER, ""),
                        dimension(subject, Subject.RELEASE, ""),
                        named(attribution, subject, Subject.PROVIDER),
                        named(attribution, subject, Subject.MODEL),
                        label(attribution, "requested_model", ""),
                        tool,
                        status(attribution, end.outcome()),
                        provenance(attribution, end.outcome()),
                        label(attribution, "decision", ""),
                        Math.max(classified, end.spent().get(Unit.TOKENS)),
                        end.spent().get(Unit.USD_MICROCENTS),
                        end.askedMicrocents(),
                        attribution.numbers().getOrDefault("latency_millis", -1L),
                        end.denial(),
                        end.budget(),
                        label(attribution, BREAKER, ""));
        boolean cached = metered && row.decision().equals(CACHED);
        return new Call(
                row,
                subject,
                label(attribution, "dialect", ""),
                label(attribution, "request_type", ""),
                label(attribution, "price", ""),
                toolCalls(attribution, end.spent()),
                metered && attribution.labels().containsKey("unpriced_parts"),
                cached,
                cached ? attribution.numbers().getOrDefault("cost_avoided_microcents", 0L) : 0,
                end.stopsRun(),
                buckets);
    }

    /// Whether its caller can know its id, so that a call without a run can stand for one. Who is denied
    /// in a protocol of reservations gets no id: none was made.
    private static boolean isKnown(Attribution attribution, End end) {
        return end.outcome() != CallOutcome.DENIED
                || (attribution.labels().containsKey("call")
                        && !label(attribution, "dialect", "").equals(ReservationTables.DIALECT));
    }

    /// None of a tool call that was counted with the answer of the model that asked for it.
    private static long toolCalls(Attribution attribution, Amounts spent) {
        return attribution.labels().containsKey(COUNTED) ? 0 : spent.get(Unit.TOOL_CALLS);
    }

    private static String status(Attribution attribution, CallOutcome outcome) {
        return label(attribution, "status", outcome == CallOutcome.EXPIRED ? LAPSED : "");
    }

    private static String provenance(Attribution attribution, CallOutcome outcome) {
        String said = label(attribution, "provenance", "");
        return outcome == CallOutcome.EXPIRED && !said.equals(UNPRICED) ? ESTIMATED : said;
    }

    /// What the attribution says was used, else what the subject says was asked for.
    private static String named(Attribution attribution, Subject subject, String dimension) {
        return label(attribution, dimension, dimension(subject, dimension, ""));
    }

    private static String label(Attribution attribution, String name, String otherwise) {
        return attribution.labels().getOrDefault(name, otherwise);
    }

    private static String dimension(Subject subject, String dimension, String otherwise) {
        String value = subject.get(dimension);
        return value == null ? otherwise : value;
    }
}
