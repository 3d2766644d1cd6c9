package dev.bursar.server.cycles;

import dev.bursar.ledger.Standing;
import dev.bursar.ledger.Unit;
import java.util.List;
import java.util.stream.LongStream;
import tools.jackson.core.JsonGenerator;

/// Writes where budgets stand.
final class Balances {

    /// Clients that count in doubles refuse a whole answer because of a number above this.
    private static final long MAX_EXACT = (1L << 53) - 1;

    private Balances() {}

    /// `balances` of an answer to a change, left out when it would be empty. What a client could not read
    /// exactly is left out of it: the change itself must be understood.
    static void write(JsonGenerator out, List<Standing> standings) {
        List<Standing> readable = standings.stream().filter(Balances::isExact).toList();
        if (!readable.isEmpty()) {
            out.writeArrayPropertyStart("balances");
            readable.forEach(standing -> write(out, standing));
            out.writeEndArray();
        }
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
