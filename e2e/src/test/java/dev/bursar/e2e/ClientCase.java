package dev.bursar.e2e;

import java.util.function.Function;

/// A client library and what its users see when something goes wrong: see [Surface#toString].
///
/// @param open the library, for the server under test
/// @param denied a budget has too little left
/// @param forbidden the model has no price
/// @param cut the provider breaks its stream off
record ClientCase(
        String name,
        String model,
        Function<Bursar, ClientLibrary> open,
        String denied,
        String forbidden,
        String cut) {

    /// Where a library takes the part of a stream for the whole, whatever it is told.
    static final String UNSEEN = "unseen";

    /// The same library, asking for another model: one of another dialect, as a rule.
    ClientCase to(String other) {
        return new ClientCase(name + " to " + other, other, open, denied, forbidden, cut);
    }

    @Override
    public String toString() {
        return name;
    }
}
