package dev.bursar.server.config;

import dev.bursar.ledger.Budget;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.server.config.Node.Place;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;

/// Budgets and amounts in the words of the configuration, where they are said elsewhere.
public final class BudgetWords {

    /// The keys of a budget but its name.
    public static final List<String> KEYS =
            List.of(
                    "scope",
                    "match",
                    "per",
                    "limit",
                    "every",
                    "mode",
                    "at",
                    "overdraft",
                    "carry_over",
                    "idle");

    private static final int MAX_DEPTH = 6;

    private static final String BODY = "body";

    private static final String PREFIX = BODY + ":1: ";

    private BudgetWords() {}

    /// Reads a budget that no file declares.
    ///
    /// @param words an object with some of [#KEYS], each as in the configuration
    /// @throws IllegalArgumentException naming the key that is wrong
    public static Budget budget(TenantId tenant, ZoneId zone, String name, JsonNode words) {
        try {
            TenantReader.requireName(name, new Place(BODY, 1, "name"));
            return BudgetReader.budget(tenant, zone, name, Section.any(node(words, "", 0)), false);
        } catch (ConfigException e) {
            throw mistake(e);
        }
    }

    /// Reads an amount: `12.50 USD`.
    ///
    /// @param unit that it must have
    /// @throws IllegalArgumentException naming the field, when it is none or has another unit
    public static long amount(String field, String written, Unit unit) {
        try {
            Quantity quantity = Quantity.limit(written, new Place(BODY, 1, field));
            if (!quantity.unit().equals(unit)) {
                throw new Place(BODY, 1, field)
                        .mistake("must be in " + dev.bursar.gateway.Quantity.unit(unit));
            }
            return quantity.value();
        } catch (ConfigException e) {
            throw mistake(e);
        }
    }

    /// An amount in the unit that it names.
    public record Written(Unit unit, long value) {}

    /// Reads an amount in any unit.
    ///
    /// @throws IllegalArgumentException naming the field, when it is none
    public static Written amount(String field, String written) {
        try {
            Quantity quantity = Quantity.limit(written, new Place(BODY, 1, field));
            return new Written(quantity.unit(), quantity.value());
        } catch (ConfigException e) {
            throw mistake(e);
        }
    }

    private static IllegalArgumentException mistake(ConfigException e) {
        String message = String.valueOf(e.getMessage());
        return new IllegalArgumentException(
                message.startsWith(PREFIX) ? message.substring(PREFIX.length()) : message, e);
    }

    private static Node node(JsonNode json, String path, int depth) {
        Place place = new Place(BODY, 1, path);
        if (depth > MAX_DEPTH) {
            throw place.mistake("nested deeper than " + MAX_DEPTH);
        }
        if (json.isObject()) {
            SequencedMap<String, Node> fields = new LinkedHashMap<>();
            Map<String, Place> keys = new HashMap<>();
            for (Map.Entry<String, JsonNode> field : json.properties()) {
                String name = field.getKey();
                String at = path.isEmpty() ? name : path + "." + name;
                keys.put(name, new Place(BODY, 1, at));
                fields.put(name, node(field.getValue(), at, depth + 1));
            }
            return new Node.Mapping(place, fields, keys);
        }
        if (json.isArray()) {
            List<Node> items = new ArrayList<>();
            for (JsonNode item : json) {
                items.add(node(item, path + "[" + items.size() + "]", depth + 1));
            }
            return new Node.Sequence(place, items);
        }
        if (json.isNull()) {
            return new Node.Empty(place);
        }
        if (!json.isString() && !(json.isBoolean() && path.equals("carry_over"))) {
            throw place.mistake("must be a text, like \"25 USD\"");
        }
        return new Node.Scalar(place, json.asString());
    }
}
