package dev.bursar.gateway.translate;

/// Something that has no counterpart in the other form, or cannot be read. Its message has neither
/// prompts nor answers in it.
public final class TranslationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// Of a field: its names are the client's.
    private static final int MAX_FIELD_CHARS = 200;

    private final String field;

    TranslationException(String field, String message) {
        super(message);
        this.field =
                field.length() <= MAX_FIELD_CHARS ? field : field.substring(0, MAX_FIELD_CHARS);
    }

    static TranslationException noCounterpart(String field) {
        return new TranslationException(field, "has no counterpart at the provider of this model");
    }

    /// The field that is meant, as a path: `messages[2].content[0].type`. Of an answer it is `answer`.
    public String field() {
        return field;
    }
}
