package dev.bursar.gateway;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a stream of Responses has shown of its messages: its last event repeats them, also where the gateway
/// writes it. A stream that shows more than [#MAX_CHARS] is not remembered: its last event has no messages.
/// Not thread-safe.
final class ShownText {

    static final int MAX_CHARS = 64 * 1024;

    /// By their place in the output; made when there is one.
    private SortedMap<Long, Message> messages = Collections.emptySortedMap();

    private int chars;

    /// A message.
    static final class Message {

        private final String id;
        private final SortedMap<Long, StringBuilder> parts = new TreeMap<>();
        private boolean done;

        private Message(String id) {
            this.id = id;
        }

        String id() {
            return id;
        }

        /// Whether the stream has ended it.
        boolean isDone() {
            return done;
        }

        /// Its texts, by their place in the message.
        SortedMap<Long, StringBuilder> parts() {
            return Collections.unmodifiableSortedMap(parts);
        }
    }

    /// @param index the place of the message in the output
    /// @param part the place of the text in the message
    void add(long index, String id, long part, String text) {
        chars += Math.max(1, text.length());
        if (chars > MAX_CHARS) {
            chars = MAX_CHARS + 1;
            messages = Collections.emptySortedMap();
            return;
        }
        if (messages.isEmpty()) {
            messages = new TreeMap<>();
        }
        messages.computeIfAbsent(index, _ -> new Message(id))
                .parts
                .computeIfAbsent(part, _ -> new StringBuilder())
                .append(text);
    }

    void done(long index) {
        Message message = messages.get(index);
        if (message != null) {
            message.done = true;
        }
    }

    /// By their place in the output.
    SortedMap<Long, Message> messages() {
        return Collections.unmodifiableSortedMap(messages);
    }
}
