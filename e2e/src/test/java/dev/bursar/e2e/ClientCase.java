package dev.bursar.e2e;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// A client library and what its users see when something goes wrong.
///
/// @param open the library, for the address of a server
/// @param sees what users see of each trouble: a [Surface#toString], or the word for a stream's end
/// @param attempts how many requests it makes in all for a call that is told to come later
/// @param patient whether it waits for as long as it is told
/// @param embeddings the model for them, or empty where the library has none
record ClientCase(
        String name,
        String model,
        Function<String, ClientLibrary> open,
        Map<Trouble, String> sees,
        int attempts,
        boolean patient,
        String embeddings) {

    /// Where a library takes the part of a stream for the whole, whatever it is told.
    static final String UNSEEN = "unseen";

    enum Trouble {
        /// A budget has too little left.
        DENIED,
        /// The model has no price.
        FORBIDDEN,
        /// The run has as many calls at a time as it may have, after all attempts.
        BUSY,
        /// The provider breaks its stream off.
        CUT,
        /// The provider sends more than there is money for, and the gateway ends the stream.
        STOPPED
    }

    ClientCase {
        sees = Map.copyOf(sees);
    }

    ClientCase(String name, String model, Function<String, ClientLibrary> open) {
        this(name, model, open, Map.of(), 1, false, "");
    }

    ClientCase sees(Trouble trouble, String what) {
        Map<Trouble, String> more = new EnumMap<>(Trouble.class);
        more.putAll(sees);
        more.put(trouble, what);
        return new ClientCase(name, model, open, more, attempts, patient, embeddings);
    }

    /// Asks so often, and waits as it is told.
    ClientCase waits(int attempts) {
        return new ClientCase(name, model, open, sees, attempts, true, embeddings);
    }

    /// Asks so often, at times of its own.
    ClientCase insists(int attempts) {
        return new ClientCase(name, model, open, sees, attempts, false, embeddings);
    }

    ClientCase embeds(String model) {
        return new ClientCase(name, this.model, open, sees, attempts, patient, model);
    }

    /// The same library, asking for another model: one of another dialect, as a rule.
    ClientCase to(String other) {
        return new ClientCase(name + " to " + other, other, open, sees, attempts, patient, "");
    }

    String expected(Trouble trouble) {
        return Objects.requireNonNull(sees.get(trouble), () -> name + " lacks " + trouble);
    }

    @Override
    public String toString() {
        return name;
    }
}
