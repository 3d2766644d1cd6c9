package dev.bursar.gateway.cache;

import dev.bursar.gateway.embedding.Embedding;
import java.util.Optional;

/// Tells what a text is about. Called by virtual threads; waits for no longer than a call may be held up.
public interface Meaning {

    /// Where nothing is compared by its meaning.
    Meaning NONE = _ -> Optional.empty();

    /// Empty when it cannot be told now.
    Optional<Embedding> of(String text);
}
