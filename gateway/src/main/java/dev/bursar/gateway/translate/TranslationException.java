package dev.bursar.gateway.translate;

/// Something that has no counterpart in the other form, or cannot be read. Its message has neither
/// prompts nor answers in it.
public final class TranslationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;

    TranslationException(String field, String message) {
        super(message);
        this.field = field;
    }

    static TranslationException noCounterpart(String field) {
        return new TranslationException(
                field, "has no counterpart at the provider of this model");
    }

    /// The field that is meant, as a path: `messages[2].content[0].type`. Of an answer it is `answer`.
    public String field() {
        return field;
    }
}
