package dev.bursar.gateway.translate;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Bodies and streams as clients and providers send them.
final class Wire {

    /// 2026-01-01T00:00:00Z
    static final long NOW = 1_767_225_600;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private Wire() {}

    static Translation between(Form client, Form provider) {
        return Translation.of(client, provider, InstantSource.fixed(Instant.ofEpochSecond(NOW)))
                .orElseThrow();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    static JsonNode json(byte[] text) {
        return JSON.readTree(text);
    }

    /// The request that the provider gets for a client's, which names no bound of 4096 tokens.
    static JsonNode request(Form client, Form provider, String body) {
        return json(between(client, provider).request(bytes(body), "theirs", false, 4096));
    }

    static JsonNode answer(Form client, Form provider, String body) {
        return json(between(client, provider).answer(bytes(body), "ours"));
    }

    /// What a client gets of a stream.
    ///
    /// @param events of the provider, one JSON object a line; a line may begin with the type of its event
    ///     and a space
    static String stream(Form client, Form provider, String events) {
        StreamTranslation stream = between(client, provider).stream("ours", true);
        StringBuilder all = new StringBuilder(feed(stream, events));
        all.append(text(stream.end()));
        return all.toString();
    }

    static String feed(StreamTranslation stream, String events) {
        StringBuilder all = new StringBuilder();
        for (String line : events.lines().filter(each -> !each.isBlank()).toList()) {
            int at = line.startsWith("{") || line.startsWith("[") ? 0 : line.indexOf(' ') + 1;
            // The event stands somewhere in a larger buffer.
            byte[] data = bytes("#" + line.substring(at) + "#");
            all.append(text(stream.event(line.substring(0, at).strip(), data, 1, data.length - 2)));
        }
        return all.toString();
    }

    /// The objects of a stream of events, without the mark of its end. Names of events must be the types
    /// of their objects.
    static List<JsonNode> events(String stream) {
        List<JsonNode> events = new ArrayList<>();
        String name = null;
        for (String line : stream.lines().toList()) {
            if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            } else if (line.startsWith("data: ") && !line.equals("data: [DONE]")) {
                JsonNode event = json(line.substring("data: ".length()));
                if (name != null && !name.equals("error")) {
                    if (!event.path("type").asString().equals(name)) {
                        throw new AssertionError(name + " names " + event);
                    }
                }
                events.add(event);
                name = null;
            }
        }
        return events;
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
