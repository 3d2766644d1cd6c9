package dev.bursar.server.config;

import dev.bursar.gateway.AzureApi;
import dev.bursar.gateway.Dialect;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Reads what a provider says of Azure: `api`, `api_version` and `deployments`.
final class AzureReader {

    /// Of one provider.
    private static final int MAX_DEPLOYMENTS = 1_000;

    private static final int MAX_NAME_CHARS = 256;

    private AzureReader() {}

    /// @return null when the provider is not on Azure
    static @Nullable AzureApi read(Section provider, Dialect dialect) {
        if (!provider.has("api")) {
            for (String key : List.of("api_version", "deployments")) {
                if (provider.has(key)) {
                    throw provider.keyPlace(key).mistake("only with api: azure");
                }
            }
            return null;
        }
        if (!provider.requiredText("api").equals("azure")) {
            throw provider.valuePlace("api").mistake("must be azure, or left out");
        }
        if (dialect != Dialect.OPENAI) {
            throw provider.valuePlace("api").mistake("only for the dialect openai");
        }
        requireResource(provider);
        SortedMap<String, String> deployments = deployments(provider);
        try {
            return new AzureApi(provider.text("api_version").orElse(""), deployments);
        } catch (IllegalArgumentException e) {
            throw provider.valuePlace("api_version").mistake(String.valueOf(e.getMessage()));
        }
    }

    /// The paths below are chosen by the version, so the address must not have one of them.
    private static void requireResource(Section provider) {
        if (provider.requiredText("base_url").contains("/openai")) {
            throw provider.valuePlace("base_url")
                    .mistake("must be the address of the resource, without /openai");
        }
    }

    private static SortedMap<String, String> deployments(Section provider) {
        SortedMap<String, String> deployments = provider.texts("deployments");
        if (deployments.size() > MAX_DEPLOYMENTS) {
            throw provider.valuePlace("deployments")
                    .mistake("must be at most " + MAX_DEPLOYMENTS + " models");
        }
        Map<String, String> models = new HashMap<>();
        Section names = Section.any(provider.node("deployments"));
        deployments.forEach((model, deployment) -> {
            if (deployment.isBlank() || deployment.length() > MAX_NAME_CHARS) {
                throw names.valuePlace(model)
                        .mistake("must have 1 to " + MAX_NAME_CHARS + " characters");
            }
            String other = models.putIfAbsent(deployment, model);
            if (other != null) {
                throw names.valuePlace(model)
                        .mistake("the deployment " + deployment + " is that of " + other);
            }
        });
        return deployments;
    }
}
