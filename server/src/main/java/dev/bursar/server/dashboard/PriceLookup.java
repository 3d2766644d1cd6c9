package dev.bursar.server.dashboard;

import dev.bursar.pricing.Price;
import java.time.Instant;
import java.util.Optional;

/// Finds the price of a model on a day, in whatever price book is in use.
@FunctionalInterface
public interface PriceLookup {

    Optional<Price> find(String provider, String model, Instant at);
}
