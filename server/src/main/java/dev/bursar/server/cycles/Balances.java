package dev.bursar.server.cycles;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Standing;
import dev.bursar.ledger.Unit;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Writes where budgets stand.
final class Balances {

    /// Clients that count in doubles refuse a whole answer because of a number above this.
    private static final long MAX_EXACT = (1L << 53) - 1;

    private Balances() {}

    /// `balances` of an answer to a change, left out when it would be empty. What a client could not read
    /// exactly is left out of it: the change itself must be understood.
    ///
    /// @param reader who asked: is not told what is outside of the part its key is for; null for a person
    static void write(JsonGenerator out, List<Standing> standings, @Nullable CyclesCaller reader) {
        List<Standing> readable =
                standings.stream()
                        .filter(standing -> isTold(standing, reader) && isExact(standing))
                        .toList();
        if (!readable.isEmpty()) {
            out.writeArrayPropertyStart("balances");
            readable.forEach(standing -> write(out, standing));
            out.writeEndArray();
        }
    }

    /// Whether a standing is one of a place that the protocol knows and the reader may see.
    static boolean isTold(Standing standing, @Nullable CyclesCaller reader) {
        ScopePath scope = standing.scope();
        return scope != null
                && WireUnit.ALL.contains(standing.unit())
                && (reader == null || reader.covers(scope));
    }

    static void write(JsonGenerator out, Standing standing) {
        Unit unit = standing.unit();
        out.writeStartObject();
        if (standing.scope() != null) {
            out.writeStringProperty("scope", standing.scope().leaf().toString());
            out.writeStringProperty("scope_path", standing.scope().toString());
        }
        Json.amount(out, "remaining", unit, standing.remaining());
        Json.amount(out, "reserved", unit, standing.held());
        Json.amount(out, "spent", unit, standing.spent());
        Json.amount(out, "allocated", unit, standing.limit());
        if (standing.debt() != 0) {
            Json.amount(out, "debt", unit, standing.debt());
        }
        if (standing.overdraftLimit() != 0) {
            Json.amount(out, "overdraft_limit", unit, standing.overdraftLimit());
        }
        if (standing.overLimit()) {
            out.writeBooleanProperty("is_over_limit", true);
        }
        out.writeEndObject();
    }

    private static boolean isExact(Standing standing) {
        return LongStream.of(
                        standing.remaining(),
                        standing.held(),
                        standing.spent(),
                        standing.limit(),
                        standing.debt(),
                        standing.overdraftLimit())
                .allMatch(amount -> Math.abs(amount) <= MAX_EXACT);
    }
}
