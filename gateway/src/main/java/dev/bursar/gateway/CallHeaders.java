package dev.bursar.gateway;

import dev.bursar.gateway.cache.CacheRequest;
import dev.bursar.ledger.Subject;
import io.vertx.core.MultiMap;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the headers say about a call: its dimensions, its kind, and whose keys came with it.
///
/// @param dimensions those that headers name, with `tag.` before the user's own
/// @param requestType empty when not said
/// @param priority `interactive`, `batch`, or empty when not said
/// @param cache what the client wants of the cache
/// @param traceId of `traceparent`, or null
/// @param ownProviderKey whether the client brings the provider's key itself
record CallHeaders(
        Subject dimensions,
        String requestType,
        String priority,
        CacheRequest.Use cache,
        @Nullable String traceId,
        boolean ownProviderKey) {

    static final String PREFIX = "x-bursar-";
    static final String KEY = "x-bursar-key";
    static final String CYCLES_KEY = "x-cycles-api-key";

    private static final int MAX_TAGS = 24;
    private static final int ASCII_END = 128;
    private static final String BEARER = "bearer ";

    private static final Map<String, String> DIMENSIONS =
            Map.of(
                    "x-bursar-run", Subject.RUN,
                    "x-bursar-user", Subject.USER,
                    "x-bursar-team", Subject.TEAM,
                    "x-bursar-customer", Subject.CUSTOMER,
                    "x-bursar-workflow", Subject.WORKFLOW,
                    "x-bursar-agent", Subject.AGENT,
                    "x-bursar-feature", Subject.FEATURE,
                    "x-bursar-release", Subject.RELEASE,
                    "x-bursar-environment", Subject.ENVIRONMENT);

    private static final Set<String> PRIORITIES = Set.of("interactive", "batch");
    private static final Pattern REQUEST_TYPE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern TAG_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    /// W3C Trace Context: version, trace id (not all zero), parent id, flags.
    private static final Pattern TRACEPARENT =
            Pattern.compile("[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");

    /// @throws RefusedException for an `X-Bursar-*` header that is unknown, malformed, or given twice, and
    ///     for a body that is compressed
    static CallHeaders read(MultiMap headers) {
        requireReadable(headers.getAll("content-encoding"));
        Reader reader = new Reader();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey();
            if (name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
                reader.ours(name, text(name, header.getValue()).strip());
            }
        }
        return new CallHeaders(
                Subject.of(reader.dimensions),
                reader.requestType,
                reader.priority,
                reader.cache,
                traceId(headers.get("traceparent")),
                reader.key != null);
    }

    /// Whether a secret that the client sent is meant for the provider: only beside a key of ours can
    /// another be the provider's, and a key of ours never is, nor an empty one.
    boolean isForProvider(String secret, Identities identities) {
        return ownProviderKey
                && !secret.isEmpty()
                && identities.identify(secret) instanceof Identity.Unknown;
    }

    /// Whether nobody waits for the answer.
    boolean isBatch() {
        return priority.equals("batch");
    }

    /// The places where a Bursar key may be, also when the other headers are wrong.
    static List<String> secrets(MultiMap headers) {
        String own = headers.get(KEY);
        if (own != null) {
            return List.of(text(KEY, own).strip());
        }
        List<String> secrets = new ArrayList<>(1);
        String authorization = headers.get("authorization");
        if (authorization != null
                && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            secrets.add(authorization.substring(BEARER.length()).strip());
        }
        for (String name : List.of("x-api-key", "x-goog-api-key", AzureApi.KEY, CYCLES_KEY)) {
            String value = headers.get(name);
            if (value != null) {
                secrets.add(value.strip());
            }
        }
        return secrets;
    }

    /// The gateway reads what it forwards: usage, bounds and the model are in the body.
    private static void requireReadable(List<String> encodings) {
        for (String encoding : encodings) {
            if (!encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity")) {
                throw new RefusedException(
                        Denial.of(
                                Refusal.UNSUPPORTED_ENCODING,
                                "Content-Encoding: must be identity, not compressed",
                                "Content-Encoding"));
            }
        }
    }

    /// A value as its sender meant it. HTTP's header values are bytes, which arrive as Latin-1; what is
    /// not ASCII in them is UTF-8.
    private static String text(String header, String value) {
        if (value.chars().allMatch(c -> c < ASCII_END)) {
            return value;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(StandardCharsets.ISO_8859_1.newEncoder().encode(CharBuffer.wrap(value)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw RefusedException.malformed(header, "is not UTF-8");
        }
    }

    private static @Nullable String traceId(@Nullable String traceparent) {
        if (traceparent == null) {
            return null;
        }
        Matcher matcher = TRACEPARENT.matcher(traceparent);
        return matcher.matches() ? matcher.group(1) : null;
    }

    private static final class Reader {

        private final SortedMap<String, String> dimensions = new TreeMap<>();
        private final Set<String> seen = new HashSet<>();
        private String requestType = "";
        private String priority = "";
        private CacheRequest.Use cache = CacheRequest.Use.NORMAL;
        private @Nullable String key;

        private void ours(String header, String value) {
            String name = header.toLowerCase(Locale.ROOT);
            if (!seen.add(name)) {
                throw RefusedException.malformed(header, "is given twice");
            }
            String dimension = DIMENSIONS.get(name);
            if (dimension != null) {
                dimensions.put(dimension, checked(header, value));
                return;
            }
            switch (name) {
                case KEY -> key = value;
                case "x-bursar-tags" -> tags(header, value);
                case "x-bursar-request-type" -> {
                    if (!REQUEST_TYPE.matcher(value).matches()) {
                        throw RefusedException.malformed(
                                header, "must have 1 to 64 letters, digits, '_', '.' or '-'");
                    }
                    requestType = value;
                }
                case "x-bursar-priority" -> {
                    if (!PRIORITIES.contains(value)) {
                        throw RefusedException.malformed(header, "must be interactive or batch");
                    }
                    priority = value;
                }
                case "x-bursar-cache" -> cache = use(header, value);
                default -> throw RefusedException.malformed(header, "is not a known header");
            }
        }

        private static CacheRequest.Use use(String header, String value) {
            return switch (value) {
                case "bypass" -> CacheRequest.Use.BYPASS;
                case "refresh" -> CacheRequest.Use.REFRESH;
                default -> throw RefusedException.malformed(header, "must be bypass or refresh");
            };
        }

        private void tags(String header, String value) {
            String[] tags = value.split(",", -1);
            if (tags.length > MAX_TAGS) {
                throw RefusedException.malformed(header, "has more than " + MAX_TAGS + " tags");
            }
            for (String tag : tags) {
                int equals = tag.indexOf('=');
                String name = equals < 0 ? "" : tag.substring(0, equals).strip();
                if (!TAG_NAME.matcher(name).matches()) {
                    throw RefusedException.malformed(header, "must be k=v,k=v");
                }
                String checked = checked(header, tag.substring(equals + 1).strip());
                if (dimensions.put(Subject.TAG_PREFIX + name, checked) != null) {
                    throw RefusedException.malformed(header, "has a tag twice");
                }
            }
        }

        private static String checked(String header, String value) {
            if (value.isEmpty() || value.length() > Subject.MAX_VALUE_LENGTH) {
                throw RefusedException.malformed(
                        header, "must have 1 to " + Subject.MAX_VALUE_LENGTH + " characters");
            }
            if (value.chars().anyMatch(Character::isISOControl)) {
                throw RefusedException.malformed(header, "has control characters");
            }
            return value;
        }
    }
}
