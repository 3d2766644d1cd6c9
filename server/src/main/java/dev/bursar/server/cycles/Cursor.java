package dev.bursar.server.cycles;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Where a list goes on. Opaque to clients, and good only for the list that it came from.
final class Cursor {

    private static final char END = '\n';

    private Cursor() {}

    /// @param list what makes the list: its filters and its order
    /// @param after where it goes on
    static String of(String list, String after) {
        String text = Fingerprint.uuid(list) + END + after;
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// @return where the list goes on, null for its start
    /// @throws CyclesException when the cursor is not one of this list
    static @Nullable String after(@Nullable String cursor, String list) {
        if (cursor == null) {
            return null;
        }
        String text;
        try {
            text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw notOne();
        }
        String start = Fingerprint.uuid(list) + END;
        if (!text.startsWith(start)) {
            throw notOne();
        }
        return text.substring(start.length());
    }

    private static CyclesException notOne() {
        return CyclesException.invalid("cursor is not one of this list, with these filters");
    }
}
