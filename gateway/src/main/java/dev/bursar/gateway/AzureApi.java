package dev.bursar.gateway;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How Azure serves OpenAI's API: models are deployed under names of the account's own, and the key is in
/// the header `api-key`.
///
/// With a dated version, chats, completions and embeddings are asked for below
/// `/openai/deployments/{deployment}`. Everything else, and all of it without a date, is below
/// `/openai/v1`, where the body names the deployment.
///
/// @param version such as `2024-10-21` or `2025-04-01-preview`; `preview` is that of the v1 form; empty
///     when the v1 form is asked without one
/// @param deployments by model; a model that is not there is deployed under its own name
public record AzureApi(String version, Map<String, String> deployments) {

    /// The header of the key.
    static final String KEY = "api-key";

    /// The parameter that names the version.
    static final String VERSION = "api-version";

    /// Earlier versions know no usage of streams and not every bound of the output.
    public static final String OLDEST = "2024-09-01";

    private static final Pattern DATED =
            Pattern.compile("20[0-9]{2}-[01][0-9]-[0-3][0-9](-preview)?");

    private static final String PREVIEW = "preview";

    public AzureApi {
        if (!version.isEmpty() && !version.equals(PREVIEW) && !isDated(version)) {
            throw new IllegalArgumentException(
                    "must be a version such as 2024-10-21, or preview: " + version);
        }
        if (isDated(version) && version.compareTo(OLDEST) < 0) {
            throw new IllegalArgumentException(
                    "must be " + OLDEST + "-preview or later: " + version);
        }
        deployments.forEach((model, deployment) -> {
            if (model.isBlank() || deployment.isBlank()) {
                throw new IllegalArgumentException("a deployment and its model need names");
            }
        });
        deployments = Map.copyOf(deployments);
    }

    /// The name to ask for a model by.
    String deployment(String model) {
        return deployments.getOrDefault(model, model);
    }

    /// The model that is deployed under another name than its own, or null when it is not known.
    @Nullable String model(String deployment) {
        return deployments.entrySet().stream()
                .filter(entry -> entry.getValue().equals(deployment))
                .map(Map.Entry::getKey)
                .filter(model -> !model.equals(deployment))
                .sorted()
                .findFirst()
                .orElse(null);
    }

    /// Below the resource's address, with the version.
    String path(Operation operation, String model) {
        if (isDated(version) && DeploymentPath.has(operation)) {
            return DeploymentPath.of(operation, deployment(model)) + "?" + VERSION + "=" + version;
        }
        String path = "/openai/v1" + operation.path(model);
        return version.equals(PREVIEW) ? path + "?" + VERSION + "=" + PREVIEW : path;
    }

    private static boolean isDated(String version) {
        return DATED.matcher(version).matches();
    }
}
