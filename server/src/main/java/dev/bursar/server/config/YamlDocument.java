package dev.bursar.server.config;

import dev.bursar.server.config.Node.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLAnchorReplayingFactory;

/// Reads YAML text into [Node]s with their lines.
///
/// `${NAME}` is taken from the environment. It is looked up in each value after parsing, so what a
/// variable holds is never read as YAML; before parsing, the braces are swapped for characters that
/// mean nothing to YAML, because `{ token: ${NAME} }` would be a mapping in a mapping otherwise.
final class YamlDocument {

    private static final int MAX_DEPTH = 20;

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

    /// Two characters of the private use area, legal in YAML and in no sensible configuration.
    private static final char OPEN = '\uE000';

    private static final char CLOSE = '\uE001';

    private static final Pattern MARKED = Pattern.compile(OPEN + "([A-Za-z0-9_]+)" + CLOSE);

    private final String file;
    private final Map<String, String> environment;
    private final JsonParser parser;

    private YamlDocument(String file, JsonParser parser, Map<String, String> environment) {
        this.file = file;
        this.parser = parser;
        this.environment = environment;
    }

    /// @param file how messages call the text
    /// @throws ConfigException when the text is not YAML, a key is there twice, or a variable inside of
    ///     other text is unset
    static Node read(String file, String text, Map<String, String> environment) {
        String marked = VARIABLE.matcher(text).replaceAll(OPEN + "$1" + CLOSE);
        try (JsonParser parser =
                new YAMLAnchorReplayingFactory().createParser(ObjectReadContext.empty(), marked)) {
            YamlDocument document = new YamlDocument(file, parser, environment);
            JsonToken first = parser.nextToken();
            if (first == null) {
                return new Node.Empty(new Place(file, 1, ""));
            }
            Node root = document.node(first, "", 0);
            if (parser.nextToken() != null) {
                throw document.here("").mistake("one document only, this starts a second one");
            }
            return root;
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            String message = firstLine(e.getOriginalMessage());
            throw new ConfigException(file + ":" + line + ": not valid YAML: " + message, e);
        }
    }

    private Node node(@Nullable JsonToken token, String path, int depth) {
        Place place = here(path);
        if (depth > MAX_DEPTH) {
            throw place.mistake("nested deeper than " + MAX_DEPTH);
        }
        if (token == JsonToken.START_OBJECT) {
            return mapping(place, depth);
        }
        if (token == JsonToken.START_ARRAY) {
            List<Node> items = new ArrayList<>();
            for (JsonToken next = parser.nextToken();
                    next != JsonToken.END_ARRAY;
                    next = parser.nextToken()) {
                items.add(node(next, path + "[" + items.size() + "]", depth + 1));
            }
            return new Node.Sequence(place, items);
        }
        if (token == JsonToken.VALUE_NULL) {
            return new Node.Empty(place);
        }
        String text = parser.getString();
        Matcher variable = MARKED.matcher(text);
        if (variable.matches() && !environment.containsKey(variable.group(1))) {
            return new Node.Unset(place, variable.group(1));
        }
        return new Node.Scalar(place, filledIn(text, place));
    }

    private Node mapping(Place place, int depth) {
        SequencedMap<String, Node> fields = new LinkedHashMap<>();
        Map<String, Place> keys = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Place at = here(place.path().isEmpty() ? key : place.path() + "." + key);
            Place before = keys.putIfAbsent(key, at);
            if (before != null) {
                throw at.mistake("is there twice, first in line " + before.line());
            }
            fields.put(key, node(parser.nextToken(), at.path(), depth + 1));
        }
        return new Node.Mapping(place, fields, keys);
    }

    private Place here(String path) {
        return new Place(file, parser.currentTokenLocation().getLineNr(), path);
    }

    private String filledIn(String text, Place place) {
        return MARKED.matcher(text)
                .replaceAll(found -> {
                    String value = environment.get(found.group(1));
                    if (value == null) {
                        throw place.mistake("the environment has no " + found.group(1));
                    }
                    return Matcher.quoteReplacement(value);
                });
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return (end < 0 ? message : message.substring(0, end))
                .replace(OPEN + "", "${")
                .replace(CLOSE + "", "}")
                .strip();
    }
}
