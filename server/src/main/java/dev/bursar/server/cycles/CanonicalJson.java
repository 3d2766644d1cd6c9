package dev.bursar.server.cycles;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.io.JsonStringEncoder;

/// JSON in one form: no white space, fields sorted by name. Numbers stay as they were written.
final class CanonicalJson {

    private CanonicalJson() {}

    /// The value that a parser stands at. It stands at its end afterwards.
    static String read(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                SortedMap<String, String> fields = new TreeMap<>();
                for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                    parser.nextToken();
                    fields.put(name, read(parser));
                }
                yield object(fields);
            }
            case START_ARRAY -> {
                List<String> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(read(parser));
                }
                yield "[" + String.join(",", elements) + "]";
            }
            case VALUE_STRING -> string(parser.getString());
            case null, default -> parser.getString();
        };
    }

    /// @param fields names to values that are JSON already
    static String object(SortedMap<String, String> fields) {
        StringBuilder out = new StringBuilder("{");
        for (Map.Entry<String, String> field : fields.entrySet()) {
            out.append(out.length() == 1 ? "" : ",")
                    .append(string(field.getKey()))
                    .append(':')
                    .append(field.getValue());
        }
        return out.append('}').toString();
    }

    static String string(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"';
    }
}
