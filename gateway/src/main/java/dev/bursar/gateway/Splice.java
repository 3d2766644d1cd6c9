package dev.bursar.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/// Small changes to the bytes of a body; everything around them stays as it was received.
final class Splice {

    /// Bytes `start` (inclusive) to `end` (exclusive) become `replacement`.
    record Edit(int start, int end, String replacement) {}

    private Splice() {}

    /// @param edits that do not overlap, in any order
    static byte[] apply(byte[] body, List<Edit> edits) {
        if (edits.isEmpty()) {
            return body;
        }
        ByteArrayOutputStream result = new ByteArrayOutputStream(body.length + 64);
        int from = 0;
        for (Edit edit : edits.stream().sorted(Comparator.comparingInt(Edit::start)).toList()) {
            result.write(body, from, edit.start - from);
            result.writeBytes(edit.replacement.getBytes(StandardCharsets.UTF_8));
            from = edit.end;
        }
        result.write(body, from, body.length - from);
        return result.toByteArray();
    }
}
