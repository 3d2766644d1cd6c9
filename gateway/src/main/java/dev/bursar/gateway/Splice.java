package dev.bursar.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/// Small changes to the bytes of a body; everything around them stays as it was received.
final class Splice {

    /// Bytes `start` (inclusive) to `end` (exclusive) become `replacement`.
    record Edit(int start, int end, String replacement) {}

    private static final Comparator<Edit> IN_ORDER =
            Comparator.comparingInt(Edit::start).thenComparingInt(Edit::end);

    private Splice() {}

    /// What is put in where others begin comes before them.
    ///
    /// @param edits that do not overlap, in any order
    /// @throws IllegalArgumentException when two overlap: the body would lose what neither names
    static byte[] apply(byte[] body, List<Edit> edits) {
        if (edits.isEmpty()) {
            return body;
        }
        ByteArrayOutputStream result = new ByteArrayOutputStream(body.length + 64);
        int from = 0;
        for (Edit edit : edits.stream().sorted(IN_ORDER).toList()) {
            if (edit.start < from) {
                throw new IllegalArgumentException(
                        "edits overlap: one ends at byte "
                                + from
                                + ", the next begins at byte "
                                + edit.start);
            }
            result.write(body, from, edit.start - from);
            result.writeBytes(edit.replacement.getBytes(StandardCharsets.UTF_8));
            from = edit.end;
        }
        result.write(body, from, body.length - from);
        return result.toByteArray();
    }
}
