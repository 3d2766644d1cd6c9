package dev.bursar.server.cycles;

import dev.bursar.ledger.Block;
import dev.bursar.ledger.Reason;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.Subject;
import dev.bursar.ledger.Unit;
import dev.bursar.usage.Incident;
import java.time.Instant;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Writes incidents as the specification's events.
final class Events {

    private Events() {}

    static void write(JsonGenerator out, Incident incident) {
        SortedMap<String, String> facts = incident.facts();
        out.writeStartObject();
        out.writeStringProperty(
                "event_id", Fingerprint.uuid("incident", Long.toString(incident.position())));
        out.writeStringProperty("event_type", type(incident.kind()));
        out.writeStringProperty("category", EventTypes.RESERVATION);
        out.writeStringProperty("timestamp", incident.at().toString());
        out.writeStringProperty("tenant_id", incident.tenant());
        out.writeStringProperty("scope", incident.scope());
        actor(out, incident);
        out.writeStringProperty("source", "bursar");
        out.writeObjectPropertyStart("data");
        switch (incident.kind()) {
            case DENIED -> denied(out, incident);
            case EXPIRED -> expired(out, incident);
        }
        out.writeEndObject();
        text(out, "correlation_id", correlation(incident));
        text(out, "request_id", facts.get(Incident.REQUEST_ID));
        text(out, "trace_id", facts.get(Incident.TRACE_ID));
        out.writeEndObject();
    }

    private static String type(Incident.Kind kind) {
        return switch (kind) {
            case DENIED -> EventTypes.DENIED;
            case EXPIRED -> EventTypes.EXPIRED;
        };
    }

    /// What is about the same reservation belongs together.
    private static @Nullable String correlation(Incident incident) {
        return incident.reservation().isEmpty() ? null : incident.reservation();
    }

    private static void actor(JsonGenerator out, Incident incident) {
        out.writeObjectPropertyStart("actor");
        switch (incident.kind()) {
            case DENIED -> {
                out.writeStringProperty("type", "api_key");
                text(out, "key_id", incident.facts().get(Incident.SUBJECT + Subject.KEY));
            }
            case EXPIRED -> out.writeStringProperty("type", "system");
        }
        out.writeEndObject();
    }

    private static void denied(JsonGenerator out, Incident incident) {
        SortedMap<String, String> facts = incident.facts();
        text(out, "reservation_id", correlation(incident));
        text(out, "operation", operation(facts));
        text(out, "reason_code", reasonCode(facts));
        text(out, "scope", facts.getOrDefault(Incident.BUDGET_SCOPE, incident.scope()));
        if (unit(out, facts)) {
            number(out, "requested_amount", facts.get(Incident.AMOUNT));
            number(out, "remaining", facts.get(Incident.REMAINING));
        }
        text(out, "budget", facts.get(Incident.BUDGET));
        action(out, facts);
        subject(out, facts);
    }

    private static void expired(JsonGenerator out, Incident incident) {
        SortedMap<String, String> facts = incident.facts();
        out.writeStringProperty("reservation_id", incident.reservation());
        out.writeStringProperty("scope", incident.scope());
        if (unit(out, facts)) {
            number(out, "estimated_amount", facts.get(Incident.AMOUNT));
        }
        String created = facts.get(Incident.CREATED_MILLIS);
        if (created != null) {
            out.writeStringProperty(
                    "created_at", Instant.ofEpochMilli(Long.parseLong(created)).toString());
        }
        out.writeStringProperty("expired_at", incident.at().toString());
        number(out, "ttl_ms", facts.get(Incident.TTL_MILLIS));
        number(out, "extensions_used", facts.get(Incident.EXTENSIONS));
    }

    /// The last word of the path that was asked: what the ledger calls a charge is an event here.
    private static @Nullable String operation(SortedMap<String, String> facts) {
        String operation = facts.get(Incident.OPERATION);
        return "charge".equals(operation) ? "event" : operation;
    }

    private static @Nullable String reasonCode(SortedMap<String, String> facts) {
        String reason = facts.get(Incident.REASON);
        String cause = facts.get(Incident.CAUSE);
        return reason == null
                ? null
                : Refusals.reasonCode(
                        Reason.valueOf(reason), cause == null ? null : Block.Cause.valueOf(cause));
    }

    /// Not a unit of ours that the protocol cannot speak of: calls, seconds.
    private static boolean unit(JsonGenerator out, SortedMap<String, String> facts) {
        String unit = facts.get(Incident.UNIT);
        boolean known = unit != null && WireUnit.ALL.contains(new Unit(unit));
        text(out, "unit", known ? unit : null);
        return known;
    }

    private static void action(JsonGenerator out, SortedMap<String, String> facts) {
        if (facts.containsKey(Incident.ACTION_KIND)) {
            out.writeObjectPropertyStart("action");
            text(out, "kind", facts.get(Incident.ACTION_KIND));
            text(out, "name", facts.get(Incident.ACTION_NAME));
            Json.raw(out, "tags", facts.get(Incident.ACTION_TAGS));
            out.writeEndObject();
        }
    }

    private static void subject(JsonGenerator out, SortedMap<String, String> facts) {
        out.writeObjectPropertyStart("subject");
        for (String level : ScopePath.LEVELS) {
            text(out, level, facts.get(Incident.SUBJECT + level));
        }
        Json.raw(out, "dimensions", facts.get(Incident.DIMENSIONS));
        out.writeEndObject();
    }

    private static void text(JsonGenerator out, String name, @Nullable String text) {
        if (text != null) {
            out.writeStringProperty(name, text);
        }
    }

    private static void number(JsonGenerator out, String name, @Nullable String number) {
        if (number != null) {
            out.writeNumberProperty(name, Long.parseLong(number));
        }
    }
}
