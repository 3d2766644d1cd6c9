package dev.bursar.server.http;

import dev.bursar.ledger.CommandKey;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/// Makes requests that move money take effect once: `Idempotency-Key` counts within the tenant and what
/// the request is about. Without one, every request is a new one. Keys of the clients of the protocol are
/// apart from these: whoever adds a form of key says so there.
final class Idempotency {

    static final String HEADER = "Idempotency-Key";

    /// Where the key of a request is that has no such header: a form.
    static final String OF_FORM = "bursar.once";

    private static final Pattern KEY = Pattern.compile("[!-~]{1,100}");

    private Idempotency() {}

    /// @param about the budget or approval; with the key at most as long as a [CommandKey] may be
    /// @param payload what a repetition must say again
    static CommandKey key(RoutingContext context, String about, List<String> payload) {
        String ofForm = context.get(OF_FORM);
        List<String> sent =
                ofForm == null ? context.request().headers().getAll(HEADER) : List.of(ofForm);
        if (sent.isEmpty()) {
            return new CommandKey("api " + UUID.randomUUID(), 0);
        }
        String key = sent.getFirst();
        if (sent.size() > 1 || !KEY.matcher(key).matches()) {
            throw ApiException.badRequest(
                    HEADER + ": must be one, of 1 to 100 visible ASCII characters");
        }
        return new CommandKey(about + " " + key, fingerprint(payload));
    }

    private static long fingerprint(List<String> payload) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : payload) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
                digest.update(bytes);
            }
            return ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
