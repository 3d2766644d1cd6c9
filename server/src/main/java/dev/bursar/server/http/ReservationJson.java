package dev.bursar.server.http;

import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Unit;
import dev.bursar.usage.Reservation;
import dev.bursar.usage.Reservation.Status;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Reservations as JSON.
final class ReservationJson {

    private static final JsonMapper MAPPER = new JsonMapper();

    private ReservationJson() {}

    static ObjectNode of(Reservation reservation) {
        Unit unit = new Unit(reservation.unit());
        ObjectNode node = ApiJson.object();
        node.put("id", reservation.id());
        node.put("tenant", reservation.tenant());
        node.put("status", reservation.status().name().toLowerCase(Locale.ROOT));
        node.put("key", reservation.key());
        node.put("scope", reservation.scopePath());
        node.set("levels", ApiJson.of(reservation.levels()));
        json(node, "dimensions", reservation.dimensions());
        ObjectNode action = node.putObject("action");
        action.put("kind", reservation.actionKind());
        action.put("name", reservation.actionName());
        json(action, "tags", reservation.tags());
        node.put("unit", Quantity.unit(unit));
        CallJson.put(node, "reserved", unit, reservation.reserved());
        if (reservation.status() == Status.COMMITTED) {
            CallJson.put(node, "committed", unit, reservation.committed());
        } else {
            node.putNull("committed");
        }
        node.put("created", Instant.ofEpochMilli(reservation.createdMillis()).toString());
        node.put("expires", Instant.ofEpochMilli(reservation.expiresMillis()).toString());
        boolean ended =
                reservation.status() == Status.COMMITTED || reservation.status() == Status.RELEASED;
        node.put(
                "ended", ended ? Instant.ofEpochMilli(reservation.endedMillis()).toString() : null);
        json(node, "metadata", reservation.metadata());
        json(node, "committed_metadata", reservation.committedMetadata());
        return node;
    }

    /// @param written by the client, kept as it was sent; null when there was none
    private static void json(ObjectNode node, String name, @Nullable String written) {
        node.set(name, written == null ? MAPPER.nullNode() : MAPPER.readTree(written));
    }
}
