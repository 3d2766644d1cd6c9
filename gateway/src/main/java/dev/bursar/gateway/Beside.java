package dev.bursar.gateway;

import dev.bursar.pricing.TokenUsage;
import org.jspecify.annotations.Nullable;

/// Tokens that a provider bills beside the usage it reports at the top: compaction, or another model
/// that was asked for advice.
///
/// @param model that produced them, or null when it is that of the call
record Beside(@Nullable String model, TokenUsage usage) {}
