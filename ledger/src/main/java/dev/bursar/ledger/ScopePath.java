package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A place in the hierarchy tenant, workspace, app, workflow, agent, toolset: `tenant:acme/agent:bot`.
///
/// Levels stand in that order, each at most once, from the tenant on; levels that a subject does not name
/// are left out, not filled in. Values are lower case: `Bot` and `bot` are the same place. The form is
/// the one of the Cycles Protocol v0.1.25, section "scope derivation".
///
/// @param segments level and value, at least the tenant's
public record ScopePath(List<Segment> segments) {

    /// The levels, from the widest to the narrowest. All are dimensions of a [Subject].
    public static final List<String> LEVELS =
            List.of(Subject.TENANT, "workspace", "app", Subject.WORKFLOW, Subject.AGENT, "toolset");

    private static final int MAX_VALUE = 128;

    /// Usual characters of a segment, for a start.
    private static final int USUAL_SEGMENT = 24;

    /// @param level one of [#LEVELS]
    /// @param value 1 to 128 of `a–z`, `0–9`, `_`, `.`, `-`
    public record Segment(String level, String value) {

        public Segment {
            value = value.toLowerCase(Locale.ROOT);
            if (!LEVELS.contains(level)) {
                throw new IllegalArgumentException(
                        "unknown scope level: " + level + ", expected one of " + LEVELS);
            }
            if (!isValue(value)) {
                throw new IllegalArgumentException(
                        "the " + level + " of a scope has 1 to 128 of a-z 0-9 _ . -: " + value);
            }
        }

        /// Looked at by hand: there are a dozen of these in each command.
        private static boolean isValue(String text) {
            boolean fits = !text.isEmpty() && text.length() <= MAX_VALUE;
            for (int i = 0; i < text.length() && fits; i++) {
                fits = isOfValue(text.charAt(i));
            }
            return fits;
        }

        private static boolean isOfValue(char at) {
            return (at >= 'a' && at <= 'z')
                    || (at >= '0' && at <= '9')
                    || (at == '_' || at == '.' || at == '-');
        }

        @Override
        public String toString() {
            return level + ":" + value;
        }
    }

    public ScopePath {
        segments = List.copyOf(segments);
        if (segments.isEmpty() || !segments.getFirst().level().equals(Subject.TENANT)) {
            throw new IllegalArgumentException("a scope path starts with tenant:");
        }
        for (int i = 1; i < segments.size(); i++) {
            if (LEVELS.indexOf(segments.get(i).level())
                    <= LEVELS.indexOf(segments.get(i - 1).level())) {
                throw new IllegalArgumentException(
                        "the levels of a scope path stand in the order " + LEVELS);
            }
        }
    }

    /// @throws IllegalArgumentException saying what is wrong with `text`
    public static ScopePath parse(String text) {
        List<Segment> segments = new ArrayList<>();
        for (String part : text.split("/", -1)) {
            int colon = part.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("a scope segment is level:value: " + part);
            }
            segments.add(new Segment(part.substring(0, colon), part.substring(colon + 1)));
        }
        return new ScopePath(segments);
    }

    /// The paths of a subject of `tenant`, each a prefix of the next, the tenant's own first.
    ///
    /// @throws IllegalArgumentException when a value of the subject cannot stand in a path
    public static List<ScopePath> of(TenantId tenant, Subject subject) {
        List<ScopePath> paths = new ArrayList<>();
        List<Segment> segments = new ArrayList<>();
        for (String level : LEVELS) {
            String value = level.equals(Subject.TENANT) ? tenant.value() : subject.get(level);
            if (value != null) {
                segments.add(new Segment(level, value));
                paths.add(new ScopePath(segments));
            }
        }
        return paths;
    }

    /// Whether this is one of the paths of a subject of the path's tenant, without deriving them: the
    /// subject has the values of all levels here, and none of a level in between.
    boolean covers(Subject subject) {
        int next = 1;
        for (int level = 1; level < LEVELS.size() && next < segments.size(); level++) {
            String name = LEVELS.get(level);
            Segment segment = segments.get(next);
            @Nullable String value = subject.get(name);
            if (!segment.level().equals(name)) {
                if (value != null) {
                    return false;
                }
            } else if (value != null && segment.value().equalsIgnoreCase(value)) {
                next++;
            } else {
                return false;
            }
        }
        return next == segments.size();
    }

    /// The last segment: what the path is about.
    public Segment leaf() {
        return segments.getLast();
    }

    /// How many levels.
    public int depth() {
        return segments.size();
    }

    /// Whether `other` is this path or lies below it.
    public boolean contains(ScopePath other) {
        return other.depth() >= depth() && other.segments().subList(0, depth()).equals(segments);
    }

    @Override
    public String toString() {
        StringBuilder path = new StringBuilder(USUAL_SEGMENT * segments.size());
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            path.append(i == 0 ? "" : "/").append(segment.level()).append(':');
            path.append(segment.value());
        }
        return path.toString();
    }
}
