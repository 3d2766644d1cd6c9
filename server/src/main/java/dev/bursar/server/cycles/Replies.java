package dev.bursar.server.cycles;

import dev.bursar.ledger.Amounts;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.ScopePath;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// The bodies of success. Each follows from the request and the outcome alone, so that a repeat is
/// answered with the same bytes; clients refuse what has a field too many.
final class Replies {

    private Replies() {}

    /// @param remainingMillis how long the reservation lasts from now, 0 when it has ended
    static Buffer reserved(
            Scope scope, Outcome.Granted granted, long remainingMillis, CyclesCaller caller) {
        return Json.object(out -> {
            allowed(out, granted);
            out.writeStringProperty("reservation_id", granted.hold().value());
            scopes(out, scope.paths());
            out.writeStringProperty("scope_path", scope.path().toString());
            Json.amount(out, "reserved", granted.held());
            out.writeNumberProperty("expires_at_ms", granted.expiresAt().toEpochMilli());
            out.writeNumberProperty("remaining_ttl_ms", remainingMillis);
            Balances.write(out, granted.standings(), caller);
        });
    }

    /// What a reserve would be answered.
    static Buffer evaluated(Scope scope, Outcome answer, boolean withPath) {
        return Json.object(out -> {
            switch (answer) {
                case Outcome.Granted granted -> allowed(out, granted);
                case Outcome.Refused refused -> {
                    out.writeStringProperty("decision", "DENY");
                    out.writeStringProperty("reason_code", Refusals.reasonCode(refused));
                }
                default -> throw new IllegalStateException("not an answer to a reserve: " + answer);
            }
            scopes(out, scope.paths());
            if (withPath) {
                out.writeStringProperty("scope_path", scope.path().toString());
            }
        });
    }

    static Buffer committed(Outcome.Committed committed, CyclesCaller caller) {
        Amounts charged = committed.charged();
        long rest = committed.held().value(0) - charged.value(0);
        return Json.object(out -> {
            out.writeStringProperty("status", "COMMITTED");
            Json.amount(out, "charged", charged);
            if (rest > 0) {
                Json.amount(out, "released", charged.unit(0), rest);
            }
            Balances.write(out, committed.standings(), caller);
        });
    }

    /// @param caller null for a person
    static Buffer released(Outcome.Released released, @Nullable CyclesCaller caller) {
        return Json.object(out -> {
            out.writeStringProperty("status", "RELEASED");
            Json.amount(out, "released", released.held());
            Balances.write(out, released.standings(), caller);
        });
    }

    /// @param remainingMillis how long the reservation lasts from now, 0 when it has ended
    static Buffer extended(Outcome.Extended extended, long remainingMillis, CyclesCaller caller) {
        return Json.object(out -> {
            out.writeStringProperty("status", "ACTIVE");
            out.writeNumberProperty("expires_at_ms", extended.expiresAt().toEpochMilli());
            out.writeNumberProperty("remaining_ttl_ms", remainingMillis);
            Balances.write(out, extended.standings(), caller);
        });
    }

    static Buffer applied(String eventId, Outcome.Charged charged, CyclesCaller caller) {
        return Json.object(out -> {
            out.writeStringProperty("status", "APPLIED");
            out.writeStringProperty("event_id", eventId);
            if (!charged.charged().equals(charged.actual())) {
                Json.amount(out, "charged", charged.charged());
            }
            Balances.write(out, charged.standings(), caller);
        });
    }

    static long remaining(Instant expiresAt, Instant now) {
        return Math.max(0, expiresAt.toEpochMilli() - now.toEpochMilli());
    }

    private static void allowed(JsonGenerator out, Outcome.Granted granted) {
        Caps caps = Caps.of(granted);
        out.writeStringProperty("decision", caps.isEmpty() ? "ALLOW" : "ALLOW_WITH_CAPS");
        if (!caps.isEmpty()) {
            caps.write(out);
        }
    }

    private static void scopes(JsonGenerator out, List<ScopePath> paths) {
        out.writeArrayPropertyStart("affected_scopes");
        paths.forEach(path -> out.writeString(path.toString()));
        out.writeEndArray();
    }
}
