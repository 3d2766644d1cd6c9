package dev.bursar.gateway;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What is asked for at a path, and which dialect is spoken there: also at paths that are not served, so
/// that an SDK understands that there is nothing.
final class Paths {

    private static final Map<String, Operation> OPENAI =
            Map.of(
                    "/v1/chat/completions",
                    Operation.CHAT,
                    StoredPath.RESPONSES,
                    Operation.RESPONSES,
                    StoredPath.RESPONSES + "/input_tokens",
                    Operation.COUNT_INPUT,
                    "/v1/completions",
                    Operation.COMPLETIONS,
                    "/v1/embeddings",
                    Operation.EMBEDDINGS);

    private static final Map<String, Operation> ANTHROPIC =
            Map.of(
                    "/v1/messages", Operation.MESSAGES,
                    "/v1/messages/count_tokens", Operation.COUNT_TOKENS);

    private static final String GEMINI = "/v1beta/";

    /// The same API under the name of its stable version, which the newest clients ask for.
    private static final String GEMINI_STABLE = "/v1/";

    /// Models below which OpenAI has no methods.
    private static final String MODELS = "/v1/models/";

    /// Where there is no name of a dialect, and others serve paths, too.
    private static final String OPEN = "/v1/";

    /// The first parts of the paths that are served there.
    private static final Set<String> FAMILIES =
            Stream.of(OPENAI.keySet(), ANTHROPIC.keySet(), Set.of(MODELS))
                    .flatMap(Set::stream)
                    .map(Paths::family)
                    .collect(Collectors.toUnmodifiableSet());

    private Paths() {}

    /// @return null where nothing is served
    static @Nullable Target target(@Nullable String path) {
        Dialect dialect = dialect(path);
        if (path == null || dialect == null) {
            return null;
        }
        String local = local(path, dialect);
        return switch (dialect) {
            case OPENAI -> {
                Operation operation = OPENAI.get(local);
                yield operation == null ? DeploymentPath.read(local) : Target.of(operation);
            }
            case ANTHROPIC -> {
                Operation operation = ANTHROPIC.get(local);
                yield operation == null ? null : Target.of(operation);
            }
            case GEMINI -> gemini(local);
            case BEDROCK -> ConversePath.read(local);
        };
    }

    /// How a path may be asked for; empty where nothing is served.
    static List<HttpMethod> methods(@Nullable String path) {
        StoredPath stored = StoredPath.read(path);
        if (stored != null) {
            return stored.methods();
        }
        return target(path) == null ? List.of() : List.of(HttpMethod.POST);
    }

    private static @Nullable Target gemini(String local) {
        for (String version : List.of(GEMINI, GEMINI_STABLE)) {
            if (local.startsWith(version)) {
                return GeminiPath.read(local.substring(version.length()));
            }
        }
        return null;
    }

    /// The dialect, or null where the gateway has nothing to say.
    static @Nullable Dialect dialect(@Nullable String path) {
        if (path == null) {
            return null;
        }
        for (Dialect dialect : Dialect.values()) {
            if (isBelow(path, prefix(dialect))) {
                return dialect;
            }
        }
        if (isBelow(path, "/v1/messages")) {
            return Dialect.ANTHROPIC;
        }
        if (isBelow(path, "/v1beta") || isGeminiMethod(path)) {
            return Dialect.GEMINI;
        }
        if (isBelow(path, ConversePath.MODELS) || isBelow(path, "/guardrail")) {
            return Dialect.BEDROCK;
        }
        return isBelow(path, "/v1") ? Dialect.OPENAI : null;
    }

    /// Names of models may have colons, too, so it takes a method that Gemini has.
    private static boolean isGeminiMethod(String path) {
        return path.startsWith(MODELS) && GeminiPath.hasMethod(path);
    }

    /// Whether anything is served in the family of a path: below the prefix of a dialect always, below `/v1`
    /// where its first part is that of a path that is served.
    static boolean isFamiliar(@Nullable String path) {
        if (path == null || !path.startsWith(OPEN)) {
            return dialect(path) != null;
        }
        return FAMILIES.contains(family(path));
    }

    private static String family(String path) {
        int end = path.indexOf('/', OPEN.length());
        return end < 0 ? path : path.substring(0, end);
    }

    /// The path without the name of the dialect before it. Clients of Azure leave out the version, but for
    /// deployments, which have none: `/openai/responses`.
    static String local(String path, Dialect dialect) {
        String prefix = prefix(dialect);
        if (!isBelow(path, prefix)) {
            return path;
        }
        String local = path.substring(prefix.length());
        boolean versioned =
                dialect != Dialect.OPENAI
                        || isBelow(local, "/v1")
                        || isBelow(local, DeploymentPath.ALL);
        return versioned ? local : "/v1" + local;
    }

    private static String prefix(Dialect dialect) {
        return "/" + dialect.wire();
    }

    private static boolean isBelow(String path, String prefix) {
        return path.startsWith(prefix)
                && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
    }
}
