package dev.bursar.gateway.routing;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The routes, and when a provider counts as failing.
///
/// @param routes by the name that clients ask for
public record RoutingSettings(SortedMap<String, RouteRules> routes, HealthSettings health) {

    public static final int MAX_ROUTES = 1_000;

    /// No routes: every call goes to the model it asks for.
    public static final RoutingSettings NONE =
            new RoutingSettings(new TreeMap<>(), HealthSettings.DEFAULT);

    public RoutingSettings {
        if (routes.size() > MAX_ROUTES) {
            throw new IllegalArgumentException("at most " + MAX_ROUTES + " routes");
        }
        routes = Collections.unmodifiableSortedMap(new TreeMap<>(routes));
    }

    /// Whether a rule asks the classifier in the jar.
    public boolean needsClassifier() {
        return routes.values().stream()
                .flatMap(route -> route.rules().stream())
                .anyMatch(rule ->
                        rule.to() instanceof Choice.ByComplexity by && by.judge().isEmpty());
    }

    /// The route of a model, or null when it goes where it is asked to go.
    public @Nullable RouteRules route(String model) {
        RouteRules own = routes.get(model);
        return own != null ? own : routes.get(RouteRules.ANY);
    }
}
