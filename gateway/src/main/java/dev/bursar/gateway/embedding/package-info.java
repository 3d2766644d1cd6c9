/// What a text is about, as a vector: for whoever compares texts by their meaning. Nobody pays for the
/// model in memory or start-up time who does not ask for it.
@NullMarked
package dev.bursar.gateway.embedding;

import org.jspecify.annotations.NullMarked;
