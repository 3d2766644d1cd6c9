package dev.bursar.pricing;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.List;

/// Counts the tokens of text before a provider does. Safe for any number of threads.
///
/// The count is that of the text alone: what a provider adds around messages, tools and images is
/// the caller's to add. Text that looks like a special token (`<|endoftext|>`) is counted as the
/// ordinary text it is. The vocabulary of OpenAI's models is public, so their count is exact
/// ([#exact(String)]); other models are counted with `cl100k_base`, an approximation that may lie
/// either side of the truth. Where no estimate may be too low, use [#upperBound(CharSequence)].
public final class TokenEstimator {

    /// Text longer than this many characters is not encoded, which would take too long: its byte
    /// bound is the answer.
    public static final int MAX_CHARS = 1_000_000;

    /// Name prefixes of models that use `o200k_base`.
    private static final List<String> O200K =
            List.of(
                    "gpt-4o",
                    "gpt-4.1",
                    "gpt-4-1",
                    "gpt-4.5",
                    "gpt-5",
                    "gpt-oss",
                    "gpt-audio",
                    "gpt-realtime",
                    "gpt-image",
                    "gpt-chat",
                    "chatgpt-4o",
                    "codex-mini",
                    "o1",
                    "o3",
                    "o4");

    /// Name prefixes of models that use `cl100k_base`; looked at after [#O200K].
    private static final List<String> CL100K =
            List.of("gpt-4", "gpt-3.5", "gpt-35", "text-embedding-");

    /// One for the process: the vocabularies never change, and take some 45 MB.
    private static final EncodingRegistry REGISTRY = Encodings.newLazyEncodingRegistry();

    /// Loads the vocabularies now, so that no call waits for them (they take some 10^2 ms).
    public void preload() {
        for (EncodingType type : List.of(EncodingType.O200K_BASE, EncodingType.CL100K_BASE)) {
            REGISTRY.getEncoding(type).countTokensOrdinary("ready");
        }
    }

    /// How many tokens `text` has for `model`, which may carry a provider or `ft:` before its name.
    ///
    /// Takes processor time in proportion to the text: about 50 ms a megabyte of prose, up to 2 s for a
    /// megabyte of one repeated character. Not for an
    /// event loop when the text is long.
    public long count(String model, CharSequence text) {
        if (text.length() > MAX_CHARS) {
            return upperBound(text);
        }
        String name = bare(model);
        Encoding encoding =
                REGISTRY.getEncoding(
                        startsWithAny(name, O200K)
                                ? EncodingType.O200K_BASE
                                : EncodingType.CL100K_BASE);
        return encoding.countTokensOrdinary(text.toString());
    }

    /// Whether [#count(String, CharSequence)] uses the model's own vocabulary.
    public boolean exact(String model) {
        String name = bare(model);
        return startsWithAny(name, O200K) || startsWithAny(name, CL100K);
    }

    /// The most tokens that `text` can be: the length of its UTF-8 form in bytes. It holds for every
    /// tokenizer that works on bytes or falls back to them, as each token stands for at least one
    /// byte. An unpaired surrogate counts as the three bytes of the replacement character.
    public static long upperBound(CharSequence text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes += 1;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }

    private static String bare(String model) {
        String name = ModelNames.normal(model);
        String tail = name.substring(name.lastIndexOf('/') + 1);
        String vendorless = tail.startsWith("openai.") ? tail.substring("openai.".length()) : tail;
        return vendorless.startsWith("ft:") ? vendorless.substring("ft:".length()) : vendorless;
    }

    private static boolean startsWithAny(String name, List<String> prefixes) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
