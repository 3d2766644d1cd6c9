package dev.bursar.pricing;

/// A price book that cannot be read. The message starts with its source and, where one is to blame,
/// the line: `bundled.prices:12: …`.
public final class PriceBookException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int line;

    PriceBookException(String source, int line, String problem, Throwable cause) {
        super(source + (line > 0 ? ":" + line : "") + ": " + problem, cause);
        this.line = line;
    }

    PriceBookException(String source, int line, String problem) {
        super(source + (line > 0 ? ":" + line : "") + ": " + problem);
        this.line = line;
    }

    /// The line to blame, from 1; 0 when it is the source as a whole.
    public int line() {
        return line;
    }
}
