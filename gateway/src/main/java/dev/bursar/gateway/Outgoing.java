package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.routing.ProviderKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What is asked of a provider for a call. Nobody keeps the body of a request once it is sent: a stream may take
/// minutes, and thousands are open.
final class Outgoing {

    private Outgoing() {}

    /// @param crossing to the provider's dialect, or null where it is the client's
    /// @param forProvider whether a secret that the client sent is meant for the provider
    static RequestOptions options(
            Shape shape,
            @Nullable Crossing crossing,
            Attempt attempt,
            Client client,
            Predicate<String> forProvider) {
        Route route = shape.route();
        ProviderSettings provider = route.provider();
        ProviderKey key = attempt.key();
        return crossing == null
                ? Upstream.options(
                        provider,
                        key,
                        provider.path(shape.target().operation(), route.model()),
                        client.request(),
                        forProvider)
                : Upstream.translatedOptions(
                        provider,
                        key,
                        crossing.path(provider, route.model()),
                        client.request(),
                        forProvider);
    }

    /// A client that names no bound gets the one that is held for it, or a hard limit would not hold.
    static Buffer body(Shape shape, @Nullable Crossing crossing, Estimator estimator) {
        CallRequest request = shape.request();
        Route route = shape.route();
        String model = route.provider().nameOf(route.model());
        if (crossing != null) {
            long output = estimator.choiceTokens(request, route);
            return crossing.request(shape.body(), model, request.stream(), output);
        }
        String field = route.provider().outputBound(request.operation());
        CallRequest.Bound bound =
                field == null || request.maxOutputTokens() != null
                        ? null
                        : new CallRequest.Bound(field, estimator.choiceTokens(request, route));
        return Buffer.buffer(
                request.rewrite(
                        shape.body(), model, bound, route.provider().wantsToBeAskedForUsage()));
    }
}
