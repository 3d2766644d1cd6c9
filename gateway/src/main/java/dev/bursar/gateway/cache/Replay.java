package dev.bursar.gateway.cache;

import dev.bursar.gateway.cache.CacheRequest.Wire;
import java.util.Optional;

/// Tells an answer in the form that is asked for: as it came, or a stream as a whole answer and the other
/// way round, where nothing is lost by it.
final class Replay {

    private Replay() {}

    /// @param stream whether a stream is asked for
    /// @return the bytes; empty when the answer cannot be told that way exactly
    static Optional<byte[]> of(Wire wire, Answer answer, boolean stream) {
        if (answer.stream() == stream) {
            return Optional.of(answer.body());
        }
        return switch (wire) {
            case CHAT ->
                    stream
                            ? Trees.object(answer.body()).flatMap(ChatReplay::stream)
                            : Events.read(answer.body()).flatMap(ChatReplay::whole);
            case MESSAGES ->
                    stream
                            ? Trees.object(answer.body()).flatMap(MessagesReplay::stream)
                            : Events.read(answer.body()).flatMap(MessagesReplay::whole);
            case OTHER -> Optional.empty();
        };
    }
}
