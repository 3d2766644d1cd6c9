package dev.bursar.gateway;

/// A name that clients may ask for, and what they get for it.
///
/// @param provider the name of a configured provider
/// @param model the provider's own name of the model
public record ModelAlias(String provider, String model) {

    public ModelAlias {
        if (provider.isEmpty() || model.isEmpty()) {
            throw new IllegalArgumentException("an alias names a provider and a model");
        }
    }
}
