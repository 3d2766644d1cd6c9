package dev.bursar.e2e;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A client library in Java whose streams are read event by event.
///
/// @param <E> an event
abstract class EventLibrary<E> extends JavaLibrary {

    /// A streamed answer. Who closes it before its end goes away.
    abstract Stream<E> events(Task task);

    /// The text in an event, or empty.
    abstract String text(E event);

    /// Why the stream ends, where an event says so.
    abstract Optional<String> finish(E event);

    @Override
    final String stream(Task task, Consumer<String> say) {
        try (Stream<E> events = events(task)) {
            String finish = ClientCase.UNSEEN;
            for (E event : (Iterable<E>) events::iterator) {
                say.accept(text(event));
                finish = finish(event).orElse(finish);
            }
            return finish;
        }
    }

    @Override
    final void goAway(Task task, Consumer<String> say) {
        try (Stream<E> events = events(task)) {
            events.map(this::text).filter(text -> !text.isEmpty()).findFirst().ifPresent(say);
        }
    }
}
