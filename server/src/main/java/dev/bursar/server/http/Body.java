package dev.bursar.server.http;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Times;
import dev.bursar.server.directory.Actor;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The JSON object that a request brings, read field by field: each mistake is a 400 that names its field.
final class Body {

    private static final int MAX_TEXT = Actor.MAX_REASON;

    private static final int MAX_ITEMS = 10_000;

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final JsonNode object;

    private Body(JsonNode object) {
        this.object = object;
    }

    /// @param known every field that may be there
    /// @throws ApiException 400 when it is not a JSON object in UTF-8, or has another field
    static Body of(RoutingContext context, List<String> known) {
        Buffer sent = context.body().buffer();
        if (sent == null || sent.length() == 0) {
            throw ApiException.badRequest("the body is empty");
        }
        return of(read(sent.getBytes()), known);
    }

    /// Like [#of], where no body is the same as an empty object.
    static Body optional(RoutingContext context, List<String> known) {
        Buffer sent = context.body().buffer();
        return sent == null || sent.length() == 0 ? new Body(ApiJson.object()) : of(context, known);
    }

    /// @throws ApiException 400 when it is not an object, or has another field
    static Body of(JsonNode node, List<String> known) {
        if (!node.isObject()) {
            throw ApiException.badRequest("the body must be an object");
        }
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw ApiException.badRequest(
                        "unknown field " + cut(name) + ", known are " + String.join(", ", known));
            }
        }
        return new Body(node);
    }

    private static JsonNode read(byte[] bytes) {
        try {
            return MAPPER.readTree(bytes);
        } catch (JacksonException e) {
            String message = String.valueOf(e.getOriginalMessage());
            int end = message.indexOf('\n');
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw ApiException.badRequest(
                    "the body, line "
                            + Math.max(1, line)
                            + ": "
                            + cut(end < 0 ? message : message.substring(0, end)));
        }
    }

    boolean has(String name) {
        return !node(name).isMissingNode() && !node(name).isNull();
    }

    JsonNode node(String name) {
        return object.path(name);
    }

    JsonNode all() {
        return object;
    }

    Optional<String> text(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        return Optional.of(text(node(name), name));
    }

    String required(String name) {
        return text(name).orElseThrow(() -> ApiException.badRequest(name + ": is missing"));
    }

    TenantId tenant(String name) {
        return tenantId(name, required(name));
    }

    static TenantId tenantId(String name, String value) {
        try {
            return new TenantId(value);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(name + ": " + e.getMessage());
        }
    }

    Optional<ScopePath> scope(String name) {
        return text(name)
                .map(written -> {
                    try {
                        return ScopePath.parse(written);
                    } catch (IllegalArgumentException e) {
                        throw ApiException.badRequest(name + ": " + e.getMessage());
                    }
                });
    }

    Optional<ZoneId> zone(String name) {
        return text(name)
                .map(written -> {
                    try {
                        return ZoneId.of(written);
                    } catch (DateTimeException e) {
                        throw ApiException.badRequest(
                                name + ": must be a time zone like Europe/Berlin: " + written);
                    }
                });
    }

    @Nullable Instant time(String name) {
        Optional<String> written = text(name);
        if (written.isEmpty()) {
            return null;
        }
        try {
            Instant time = Instant.parse(written.get());
            if (time.isAfter(Instant.EPOCH) && time.isBefore(Times.END)) {
                return time;
            }
        } catch (DateTimeException e) {
            // Answered like a time that is out of range.
        }
        throw ApiException.badRequest(
                name + ": must be a time like 2026-01-31T00:00:00Z: " + written.get());
    }

    /// A length of time in whole seconds, above 0.
    Optional<Duration> seconds(String name, Duration atMost) {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode seconds = node(name);
        if (seconds.isIntegralNumber()
                && seconds.canConvertToLong()
                && seconds.longValue() >= 1
                && seconds.longValue() <= atMost.toSeconds()) {
            return Optional.of(Duration.ofSeconds(seconds.longValue()));
        }
        throw ApiException.badRequest(
                name + ": must be a whole number of seconds, 1 to " + atMost.toSeconds());
    }

    /// A constant by its name in lower case.
    <E extends Enum<E>> Optional<E> choice(String name, List<E> constants) {
        Optional<String> written = text(name);
        if (written.isEmpty()) {
            return Optional.empty();
        }
        for (E constant : constants) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(written.get())) {
                return Optional.of(constant);
            }
        }
        throw ApiException.badRequest(
                name
                        + ": must be one of "
                        + constants.stream()
                                .map(one -> one.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))
                        + ": "
                        + written.get());
    }

    Optional<List<String>> texts(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        JsonNode array = node(name);
        if (!array.isArray() || array.size() > MAX_ITEMS) {
            throw ApiException.badRequest(
                    name + ": must be a list of at most " + MAX_ITEMS + " texts");
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            texts.add(text(array.get(i), name + "[" + i + "]"));
        }
        return Optional.of(texts);
    }

    /// An object of texts; empty when there is none.
    SortedMap<String, String> map(String name) {
        SortedMap<String, String> map = new TreeMap<>();
        if (has(name)) {
            if (!node(name).isObject()) {
                throw ApiException.badRequest(name + ": must be an object of texts");
            }
            for (Map.Entry<String, JsonNode> field : node(name).properties()) {
                map.put(field.getKey(), text(field.getValue(), name + "." + cut(field.getKey())));
            }
        }
        return map;
    }

    /// Why somebody does this, for the audit log.
    Map<String, String> reason() {
        return text("reason").map(reason -> Map.of("reason", reason)).orElse(Map.of());
    }

    /// The same where there is no body: a parameter of the address.
    static Map<String, String> reasonOfAddress(RoutingContext context) {
        return reason(Parameters.of(context, List.of("reason")));
    }

    static Map<String, String> reason(Parameters parameters) {
        return parameters
                .text("reason")
                .map(reason -> Map.of("reason", sound(reason, "reason")))
                .orElse(Map.of());
    }

    private static String text(JsonNode node, String name) {
        if (!node.isString()) {
            throw ApiException.badRequest(name + ": must be a text");
        }
        return sound(node.asString(), name);
    }

    private static String sound(String text, String name) {
        if (text.length() > MAX_TEXT || text.chars().anyMatch(Character::isISOControl)) {
            throw ApiException.badRequest(
                    name
                            + ": must have at most "
                            + MAX_TEXT
                            + " characters, none of them a control character");
        }
        return text;
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
    }
}
