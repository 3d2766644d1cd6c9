package dev.bursar.usage;

import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Attribution;
import dev.bursar.ledger.Block;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.StateRecord.Operation;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.TenantId;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads incidents of reservations from entries of the journal.
final class Incidents {

    /// Labels of an entry that are facts under the same name.
    private static final List<String> LABELS =
            List.of(
                    Incident.REQUEST_ID,
                    Incident.TRACE_ID,
                    Incident.ACTION_KIND,
                    Incident.ACTION_NAME,
                    Incident.ACTION_TAGS,
                    Incident.DIMENSIONS);

    private Incidents() {}

    /// Null for an entry that is none.
    static @Nullable Incident of(Positioned positioned) {
        return switch (positioned.entry()) {
            case Entry.Refused e when ReservationTables.isOurs(e.attribution()) -> {
                SortedMap<String, String> facts = facts(e.subject(), e.attribution());
                facts.put(Incident.OPERATION, e.operation().name().toLowerCase(Locale.ROOT));
                amount(facts, e.asked());
                denial(facts, e.reason(), e.blocks());
                yield denied(positioned, e.tenant(), e.subject(), e.attribution(), facts);
            }
            case Entry.Evaluated e
                    when e.answer() instanceof Outcome.Refused refused
                            && ReservationTables.isOurs(e.attribution()) -> {
                SortedMap<String, String> facts = facts(e.subject(), e.attribution());
                facts.put(
                        Incident.OPERATION,
                        e.operation() == Operation.RESERVE ? "dry_run" : "decide");
                denial(facts, refused.reason(), refused.blocks());
                yield denied(positioned, e.tenant(), e.subject(), e.attribution(), facts);
            }
            case Entry.Expired e when ReservationTables.isReservation(e.hold()) -> {
                SortedMap<String, String> facts = facts(e.subject(), e.attribution());
                amount(facts, e.held());
                Long ttl = e.attribution().numbers().get(Incident.TTL_MILLIS);
                if (ttl != null) {
                    facts.put(Incident.TTL_MILLIS, ttl.toString());
                }
                yield incident(
                        positioned,
                        Incident.Kind.EXPIRED,
                        e.tenant(),
                        e.subject(),
                        e.hold().value(),
                        facts);
            }
            default -> null;
        };
    }

    private static Incident denied(
            Positioned positioned,
            TenantId tenant,
            Subject subject,
            Attribution attribution,
            SortedMap<String, String> facts) {
        String reservation = attribution.labels().getOrDefault("reservation", "");
        return incident(positioned, Incident.Kind.DENIED, tenant, subject, reservation, facts);
    }

    private static Incident incident(
            Positioned positioned,
            Incident.Kind kind,
            TenantId tenant,
            Subject subject,
            String reservation,
            SortedMap<String, String> facts) {
        return new Incident(
                positioned.position(),
                positioned.entry().at(),
                kind,
                tenant.value(),
                ScopePath.of(tenant, subject).getLast().toString(),
                reservation,
                facts);
    }

    private static SortedMap<String, String> facts(Subject subject, Attribution attribution) {
        SortedMap<String, String> facts = new TreeMap<>();
        for (String label : LABELS) {
            put(facts, label, attribution.labels().get(label));
        }
        for (String level : ScopePath.LEVELS) {
            put(facts, Incident.SUBJECT + level, subject.get(level));
        }
        put(facts, Incident.SUBJECT + Subject.KEY, subject.get(Subject.KEY));
        return facts;
    }

    private static void amount(SortedMap<String, String> facts, Amounts amounts) {
        if (!amounts.isEmpty()) {
            facts.put(Incident.UNIT, amounts.unit(0).name());
            facts.put(Incident.AMOUNT, Long.toString(amounts.value(0)));
        }
    }

    private static void denial(SortedMap<String, String> facts, Reason reason, List<Block> blocks) {
        facts.put(Incident.REASON, reason.name());
        if (blocks.isEmpty()) {
            return;
        }
        Block block = Block.told(reason, blocks);
        facts.put(Incident.CAUSE, block.cause().name());
        facts.put(Incident.BUDGET, block.name());
        put(facts, Incident.BUDGET_SCOPE, block.scope() == null ? null : block.scope().toString());
        facts.put(Incident.UNIT, block.unit().name());
        facts.put(Incident.AMOUNT, Long.toString(block.asked()));
        facts.put(Incident.REMAINING, Long.toString(block.remaining()));
    }

    private static void put(SortedMap<String, String> facts, String name, @Nullable String value) {
        if (value != null) {
            facts.put(name, value);
        }
    }
}
