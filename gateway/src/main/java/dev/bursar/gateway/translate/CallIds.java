package dev.bursar.gateway.translate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The ids of tool calls. A client gives them back with the results, so they carry what Gemini wants back
/// and other forms have no field for: the signature of the thoughts that led to the call.
///
/// Providers take letters, digits, `_` and `-`; OpenAI at most 40 of them, Bedrock 64.
final class CallIds {

    private static final String SIGNATURE = "__sig__";
    private static final int MAX_CHARS = 40;
    private static final Pattern STRANGE = Pattern.compile("[^A-Za-z0-9_-]");

    private CallIds() {}

    /// @param signature in base64, or null when there is none
    static String signed(String id, @Nullable String signature) {
        String plain = plain(id);
        if (signature == null) {
            return plain;
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(signature);
            return plain
                    + SIGNATURE
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        } catch (IllegalArgumentException e) {
            return plain;
        }
    }

    /// The signature in an id, in base64, or null when it has none.
    static @Nullable String signature(String id) {
        int at = id.indexOf(SIGNATURE);
        if (at < 0) {
            return null;
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(id.substring(at + SIGNATURE.length()));
            return Base64.getEncoder().encodeToString(bytes);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// An id that every provider takes, the same for the same id.
    static String plain(String id) {
        int at = id.indexOf(SIGNATURE);
        String plain = STRANGE.matcher(at < 0 ? id : id.substring(0, at)).replaceAll("_");
        return plain.length() <= MAX_CHARS ? plain : "call_" + digest(plain);
    }

    private static String digest(String text) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
