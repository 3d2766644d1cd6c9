package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Route;
import dev.bursar.gateway.routing.KeyRing;
import dev.bursar.gateway.routing.ProviderKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One try of a call at one model of one provider.
///
/// @param number from 1
/// @param call the id of the call
/// @param hold the id of its hold, and of the call for those who look at this attempt alone
/// @param lease of the key it is made with, or null when it needs none, the client brought it, or it is not
///     being sent yet
/// @param why how the call came here
/// @param answerTimeout to the head of the answer, or null for what its provider may take
record Attempt(
        int number,
        String call,
        String hold,
        Route route,
        KeyRing.@Nullable Lease lease,
        Why why,
        @Nullable Duration answerTimeout)
        implements AutoCloseable {

    /// For the record.
    ///
    /// @param route the name of the route, empty for a call that has none
    /// @param rule of the route
    /// @param reason of this attempt
    record Why(String route, String rule, String reason) {}

    /// The same, where it goes in the end, with a key or without.
    Attempt sent(Route served, KeyRing.@Nullable Lease leased) {
        return new Attempt(number, call, hold, served, leased, why, answerTimeout);
    }

    @Nullable ProviderKey key() {
        return lease == null ? null : lease.key();
    }

    boolean isFirst() {
        return number == 1;
    }

    /// The provider, as patient as this attempt may be.
    ProviderSettings provider() {
        ProviderSettings provider = route.provider();
        return answerTimeout == null || answerTimeout.compareTo(provider.answerTimeout()) >= 0
                ? provider
                : provider.withTimeouts(
                        provider.connectTimeout(),
                        answerTimeout,
                        provider.idleTimeout(),
                        provider.callTimeout());
    }

    /// The name of the key where there is a choice of keys, else empty.
    String keyName() {
        return lease == null || route.provider().keys().size() < 2 ? "" : lease.key().name();
    }

    /// Gives the key back.
    @Override
    public void close() {
        if (lease != null) {
            lease.close();
        }
    }
}
