package dev.bursar.ledger;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who and what a call is about: a small, immutable map of dimensions to values.
///
/// Dimension names are lower case; a user's own tag `k` is the dimension `tag.k`. Values are 1 to
/// [#MAX_VALUE_LENGTH] characters without control characters.
public final class Subject {

    public static final String TENANT = "tenant";
    public static final String TEAM = "team";
    public static final String USER = "user";
    public static final String CUSTOMER = "customer";
    public static final String WORKFLOW = "workflow";
    public static final String AGENT = "agent";
    public static final String FEATURE = "feature";
    public static final String RUN = "run";
    public static final String RELEASE = "release";
    public static final String ENVIRONMENT = "environment";
    public static final String MODEL = "model";
    public static final String PROVIDER = "provider";
    public static final String TOOL = "tool";
    public static final String KEY = "key";

    /// Every dimension that is not a tag.
    public static final List<String> DIMENSIONS =
            List.of(
                    TENANT,
                    "workspace",
                    "app",
                    TEAM,
                    USER,
                    CUSTOMER,
                    WORKFLOW,
                    AGENT,
                    "toolset",
                    FEATURE,
                    RUN,
                    RELEASE,
                    ENVIRONMENT,
                    MODEL,
                    PROVIDER,
                    TOOL,
                    KEY);

    private static final Set<String> KNOWN = Set.copyOf(DIMENSIONS);

    /// The start of a dimension that is a user's own tag.
    public static final String TAG_PREFIX = "tag.";

    public static final int MAX_VALUE_LENGTH = 256;

    public static final int MAX_DIMENSIONS = 48;

    private static final Pattern TAG = Pattern.compile("tag\\.[A-Za-z0-9_.-]{1,64}");

    public static final Subject EMPTY = new Subject(new String[0]);

    /// Alternating name and value, sorted by name.
    private final String[] pairs;

    private Subject(String[] pairs) {
        this.pairs = pairs;
    }

    /// @throws IllegalArgumentException when a dimension is unknown or a value malformed
    public static Subject of(Map<String, String> values) {
        if (values.size() > MAX_DIMENSIONS) {
            throw new IllegalArgumentException("more than " + MAX_DIMENSIONS + " dimensions");
        }
        String[] pairs = new String[2 * values.size()];
        int next = 0;
        for (Map.Entry<String, String> value : sorted(values).entrySet()) {
            requireDimension(value.getKey());
            requireValue(value.getKey(), value.getValue());
            pairs[next++] = value.getKey();
            pairs[next++] = value.getValue();
        }
        return new Subject(pairs);
    }

    /// The same without a map.
    ///
    /// @param pairs alternating dimension and value, in the order of the dimensions
    /// @throws IllegalArgumentException as [#of], and when the order is another
    public static Subject ofPairs(String... pairs) {
        if (pairs.length % 2 != 0 || pairs.length > 2 * MAX_DIMENSIONS) {
            throw new IllegalArgumentException(pairs.length + " names and values");
        }
        for (int i = 0; i < pairs.length; i += 2) {
            if (i > 0 && pairs[i - 2].compareTo(pairs[i]) >= 0) {
                throw new IllegalArgumentException(pairs[i] + " after " + pairs[i - 2]);
            }
            requireDimension(pairs[i]);
            requireValue(pairs[i], pairs[i + 1]);
        }
        return new Subject(pairs.clone());
    }

    private static SortedMap<String, String> sorted(Map<String, String> values) {
        return values instanceof SortedMap<String, String> sorted && sorted.comparator() == null
                ? sorted
                : new TreeMap<>(values);
    }

    /// @throws IllegalArgumentException when `name` is neither a known dimension nor a tag
    public static void requireDimension(String name) {
        if (!KNOWN.contains(name) && !TAG.matcher(name).matches()) {
            throw new IllegalArgumentException("unknown dimension: " + name);
        }
    }

    private static void requireValue(String name, String value) {
        if (value.isEmpty() || value.length() > MAX_VALUE_LENGTH) {
            throw new IllegalArgumentException(
                    name + " must have 1 to " + MAX_VALUE_LENGTH + " characters");
        }
        for (int i = 0; i < value.length(); i++) {
            if (Character.isISOControl(value.charAt(i))) {
                throw new IllegalArgumentException(name + " has control characters");
            }
        }
    }

    /// The value of a dimension, or null when the subject does not say.
    public @Nullable String get(String dimension) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equals(dimension)) {
                return pairs[i + 1];
            }
        }
        return null;
    }

    /// Dimensions and values, sorted by dimension.
    public SequencedMap<String, String> values() {
        SequencedMap<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        return values;
    }

    /// How many dimensions are set.
    public int size() {
        return pairs.length / 2;
    }

    public String dimension(int index) {
        return pairs[2 * index];
    }

    public String value(int index) {
        return pairs[2 * index + 1];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Subject that && Arrays.equals(pairs, that.pairs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pairs);
    }

    @Override
    public String toString() {
        return values().toString();
    }
}
