package dev.bursar.gateway;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.breaker.Breakers;
import dev.bursar.gateway.cache.AnswerCache;
import dev.bursar.gateway.ladder.WaitingRoom;
import dev.bursar.gateway.routing.ComplexityClassifier;
import dev.bursar.gateway.routing.Health;
import dev.bursar.gateway.routing.KeyRing;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.TokenEstimator;
import io.vertx.core.Vertx;
import java.time.InstantSource;

/// What every call works with. A call keeps the one it began with, so a new configuration never reaches
/// a call half way.
record Wiring(
        Vertx vertx,
        Upstream upstream,
        Authority authority,
        GatewaySettings settings,
        Routes routes,
        Estimator estimator,
        InstantSource clock,
        CallIds ids,
        GatewayMeter meter,
        Settler settler,
        Identities identities,
        Breakers breakers,
        WaitingRoom waiting,
        AnswerCache cache,
        Health health,
        KeyRing keys,
        ComplexityClassifier classifier,
        ResponseOwners owners,
        BackgroundResponses background) {

    Wiring with(PriceBook book, TokenEstimator tokens, Margins margins, GatewaySettings changed) {
        return new Wiring(
                vertx,
                upstream,
                authority,
                changed,
                new Routes(changed, book),
                new Estimator(tokens, changed, margins),
                clock,
                ids,
                meter,
                settler,
                identities,
                breakers,
                waiting,
                cache,
                health,
                keys.with(changed.keys()),
                classifier,
                owners,
                background);
    }
}
