package dev.bursar.server.config;

import dev.bursar.server.config.Node.Place;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// A mapping that is read by its keys. Every key must be one that was asked to be allowed.
final class Section {

    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+(_[0-9]+)*");

    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+(_[0-9]+)*(\\.[0-9]+)?");

    private final Node.Mapping mapping;

    private Section(Node.Mapping mapping) {
        this.mapping = mapping;
    }

    /// @param allowed every key that may be there
    static Section of(Node node, String... allowed) {
        Section section = any(node);
        List<String> names = List.of(allowed);
        for (String key : section.mapping.fields().keySet()) {
            if (!names.contains(key)) {
                throw section.keyPlace(key)
                        .mistake("unknown key, known are " + String.join(", ", names));
            }
        }
        return section;
    }

    /// A mapping whose keys are names that the user chooses.
    static Section any(Node node) {
        return switch (node) {
            case Node.Mapping mapping -> new Section(mapping);
            case Node.Empty empty ->
                    new Section(new Node.Mapping(empty.place(), new LinkedHashMap<>(), Map.of()));
            case Node.Scalar scalar -> throw expected("a mapping", scalar);
            case Node.Sequence sequence -> throw expected("a mapping", sequence);
            case Node.Unset unset -> throw unset.mistake();
        };
    }

    Place place() {
        return mapping.place();
    }

    /// Where a key is written, or where the mapping starts when the key is absent.
    Place keyPlace(String key) {
        return mapping.keys()
                .getOrDefault(
                        key,
                        new Place(
                                mapping.place().file(),
                                mapping.place().line(),
                                path(mapping.place().path(), key)));
    }

    /// Where the value of a key is written.
    Place valuePlace(String key) {
        Node value = mapping.fields().get(key);
        return value == null ? keyPlace(key) : value.place();
    }

    boolean has(String key) {
        return mapping.fields().containsKey(key);
    }

    SequencedMap<String, Node> fields() {
        return mapping.fields();
    }

    Node node(String key) {
        Node node = mapping.fields().get(key);
        return node == null ? new Node.Empty(keyPlace(key)) : node;
    }

    Optional<String> text(String key) {
        return has(key) ? Optional.of(scalar(node(key)).text()) : Optional.empty();
    }

    /// Like [#text], but a variable that is not set is the same as no key.
    Optional<String> textIfSet(String key) {
        return node(key) instanceof Node.Unset ? Optional.empty() : text(key);
    }

    String requiredText(String key) {
        if (!has(key)) {
            throw mapping.place().mistake("needs the key " + key);
        }
        return scalar(node(key)).text();
    }

    int whole(String key, int fallback, int least, int most) {
        if (!has(key)) {
            return fallback;
        }
        Node.Scalar value = scalar(node(key));
        if (!WHOLE.matcher(value.text()).matches()) {
            throw value.place().mistake("must be a whole number: " + value.text());
        }
        BigDecimal number = new BigDecimal(value.text().replace("_", ""));
        if (number.compareTo(BigDecimal.valueOf(least)) < 0
                || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw value.place().mistake("must be " + least + " to " + most + ": " + value.text());
        }
        return number.intValueExact();
    }

    /// `true` or `false`; false when the key is absent.
    boolean flag(String key) {
        return switch (text(key).orElse("false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw valuePlace(key).mistake("must be true or false");
        };
    }

    Optional<BigDecimal> decimal(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        Node.Scalar value = scalar(node(key));
        if (!DECIMAL.matcher(value.text()).matches()) {
            throw value.place().mistake("must be a decimal number: " + value.text());
        }
        return Optional.of(new BigDecimal(value.text().replace("_", "")));
    }

    /// A mapping of names to single values.
    SortedMap<String, String> texts(String key) {
        SortedMap<String, String> texts = new TreeMap<>();
        any(node(key)).fields().forEach((name, value) -> texts.put(name, scalar(value).text()));
        return texts;
    }

    /// A list of single values.
    List<String> list(String key) {
        return items(node(key)).stream().map(item -> scalar(item).text()).toList();
    }

    /// The items of a list; none when there is nothing.
    static List<Node> items(Node node) {
        return switch (node) {
            case Node.Sequence sequence -> new ArrayList<>(sequence.items());
            case Node.Empty ignored -> List.of();
            case Node.Scalar scalar -> throw expected("a list", scalar);
            case Node.Mapping mapping -> throw expected("a list", mapping);
            case Node.Unset unset -> throw unset.mistake();
        };
    }

    static Node.Scalar scalar(Node node) {
        return switch (node) {
            case Node.Scalar scalar -> scalar;
            case Node.Empty empty -> throw expected("a value", empty);
            case Node.Sequence sequence -> throw expected("a value", sequence);
            case Node.Mapping mapping -> throw expected("a value", mapping);
            case Node.Unset unset -> throw unset.mistake();
        };
    }

    private static ConfigException expected(String what, Node found) {
        return found.place().mistake("must be " + what + ", is " + found.kind());
    }

    private static String path(String parent, String key) {
        return parent.isEmpty() ? key : parent + "." + key;
    }
}
