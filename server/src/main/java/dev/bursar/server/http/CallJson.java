package dev.bursar.server.http;

import dev.bursar.gateway.Quantity;
import dev.bursar.ledger.Unit;
import dev.bursar.usage.CallDetail;
import java.math.BigDecimal;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Quantities, and calls with all of theirs, in the units of the configuration.
final class CallJson {

    private static final List<String> OF_BLOCKS =
            List.of("limit", "spent", "held", "asked", "affordable");

    private CallJson() {}

    /// Money is a string, everything else a number.
    static void put(ObjectNode node, String name, Unit unit, long value) {
        String number = Quantity.number(unit, value);
        if (Quantity.isMoney(unit)) {
            node.put(name, number);
        } else {
            node.put(name, new BigDecimal(number));
        }
    }

    static JsonNode of(CallDetail detail) {
        JsonNode call = ApiJson.of(detail);
        if (call instanceof ObjectNode node) {
            for (String name : List.of("asked", "held", "actual", "overrun")) {
                byUnit(node, name);
            }
            node.path("blocks").forEach(CallJson::block);
            if (node.path("reserve") instanceof ObjectNode reserve) {
                byUnit(reserve, "asked");
                reserve.path("would_refuse").forEach(CallJson::block);
            }
        }
        return call;
    }

    private static void byUnit(ObjectNode of, String name) {
        ObjectNode written = ApiJson.object();
        of.path(name)
                .properties()
                .forEach(amount -> {
                    Unit unit = new Unit(amount.getKey());
                    put(written, Quantity.unit(unit), unit, amount.getValue().longValue());
                });
        of.set(name, written);
    }

    private static void block(JsonNode block) {
        if (block instanceof ObjectNode node) {
            Unit unit = new Unit(node.path("unit").asString());
            OF_BLOCKS.forEach(name -> put(node, name, unit, node.path(name).longValue()));
            node.put("unit", Quantity.unit(unit));
        }
    }
}
