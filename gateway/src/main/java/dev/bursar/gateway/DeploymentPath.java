package dev.bursar.gateway;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The paths of Azure's API, which name the deployment that is asked:
/// `/openai/deployments/{deployment}/chat/completions`. Its SDKs put `/openai` before it by themselves.
final class DeploymentPath {

    /// Where all deployments are, below `/openai`.
    static final String ALL = "/deployments";

    private static final String DEPLOYMENTS = ALL + "/";

    private static final Map<String, Operation> OPERATIONS =
            Map.of(
                    "/chat/completions", Operation.CHAT,
                    "/completions", Operation.COMPLETIONS,
                    "/embeddings", Operation.EMBEDDINGS);

    private DeploymentPath() {}

    static boolean has(Operation operation) {
        return OPERATIONS.containsValue(operation);
    }

    /// @param path below `/openai`
    /// @return null where nothing is served
    /// @throws RefusedException when the name is not a URL's path
    static @Nullable Target read(String path) {
        int end = path.indexOf('/', DEPLOYMENTS.length());
        if (!path.startsWith(DEPLOYMENTS) || end <= DEPLOYMENTS.length()) {
            return null;
        }
        Operation operation = OPERATIONS.get(path.substring(end));
        String deployment = path.substring(DEPLOYMENTS.length(), end);
        return operation == null ? null : new Target(operation, GeminiPath.decoded(deployment));
    }

    static String of(Operation operation, String deployment) {
        return "/openai"
                + DEPLOYMENTS
                + GeminiPath.encoded(deployment)
                + operation.path(deployment);
    }
}
