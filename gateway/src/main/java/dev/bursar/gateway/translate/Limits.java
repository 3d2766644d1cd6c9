package dev.bursar.gateway.translate;

/// What a stream may keep of an answer until the client's form can tell it as a whole.
final class Limits {

    /// Chars of what is open: several times what any model can produce.
    static final int MAX_OPEN_CHARS = 4 << 20;

    private Limits() {}

    /// @throws TranslationException when it is more than may be kept
    static void keep(StringBuilder kept, String more) {
        if (kept.length() + more.length() > MAX_OPEN_CHARS) {
            throw tooLong();
        }
        kept.append(more);
    }

    static TranslationException tooLong() {
        return new TranslationException(
                "answer", "has more than " + MAX_OPEN_CHARS + " chars that must be kept");
    }
}
