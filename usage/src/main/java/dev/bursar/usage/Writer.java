package dev.bursar.usage;

import dev.bursar.authority.JournalReader.Positioned;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Subject;
import dev.bursar.pricing.TokenClass;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/// Appends what a batch of entries says to the tables. Opens no transaction: the caller's holds.
final class Writer {

    private static final int CLASSES = TokenClass.values().length;

    private Writer() {}

    static void append(DuckDBConnection connection, List<Positioned> batch) throws SQLException {
        try (DuckDBAppender calls = connection.createAppender("calls");
                DuckDBAppender holds = connection.createAppender("holds");
                ReservationTables reservations = new ReservationTables(connection);
                AuditTable audit = new AuditTable(connection, batch)) {
            for (Positioned positioned : batch) {
                reservations.append(positioned);
                audit.append(positioned);
                Call call = Call.of(positioned);
                if (call != null) {
                    append(calls, call);
                } else if (positioned.entry() instanceof Entry.Reserved reserved) {
                    holds.beginRow()
                            .append(reserved.granted().hold().value())
                            .append(positioned.position())
                            .endRow();
                }
            }
            calls.flush();
            holds.flush();
            reservations.flush();
            audit.flush();
        }
    }

    /// In the order of [Schema#CALLS].
    private static void append(DuckDBAppender row, Call call) throws SQLException {
        CallRow of = call.row();
        row.beginRow()
                .append(of.position())
                .append(of.at().toEpochMilli())
                .append(of.id())
                .append(of.outcome().name().toLowerCase(Locale.ROOT));
        for (String dimension : Subject.DIMENSIONS) {
            row.append(value(call, dimension));
        }
        row.append(of.status())
                .append(of.provenance())
                .append(call.dialect())
                .append(call.requestType())
                .append(of.requestedModel())
                .append(of.decision())
                .append(of.breaker())
                .append(call.price())
                .append(of.denial())
                .append(of.budget())
                .append(of.isModelCall() ? 1 : 0)
                .append(of.denied() ? 1 : 0)
                .append(call.cached() ? 1 : 0)
                .append(call.stopsRun())
                .append(call.toolCalls())
                .append(of.tokens())
                .append(of.microcents())
                .append(of.askedMicrocents())
                .append(call.avoidedMicrocents())
                .append(of.latencyMillis());
        for (int i = 0; i < CLASSES; i++) {
            row.append(call.buckets().tokens(i)).append(call.buckets().microcents(i));
        }
        row.append(tags(call.subject())).endRow();
    }

    private static String value(Call call, String dimension) {
        return switch (dimension) {
            case Subject.TENANT -> call.row().tenant();
            case Subject.RUN -> call.row().run();
            case Subject.MODEL -> call.row().model();
            case Subject.PROVIDER -> call.row().provider();
            case Subject.TOOL -> call.row().tool();
            default -> {
                String value = call.subject().get(dimension);
                yield value == null ? "" : value;
            }
        };
    }

    private static Map<String, String> tags(Subject subject) {
        Map<String, String> tags = Map.of();
        for (int i = 0; i < subject.size(); i++) {
            if (subject.dimension(i).startsWith(Subject.TAG_PREFIX)) {
                if (tags.isEmpty()) {
                    tags = new TreeMap<>();
                }
                String name = subject.dimension(i).substring(Subject.TAG_PREFIX.length());
                tags.put(name, subject.value(i));
            }
        }
        return tags;
    }
}
