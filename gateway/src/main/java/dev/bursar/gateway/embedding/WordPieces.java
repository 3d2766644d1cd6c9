package dev.bursar.gateway.embedding;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// Splits a text into the pieces that the model has learned: words without case and accents, each as the
/// longest pieces that the vocabulary has for it, from left to right. This is the WordPiece of BERT's
/// uncased models; the vocabulary is the model's own `tokenizer.json`. Thread-safe.
final class WordPieces {

    /// A longer word is unknown, as it was when the model was trained.
    private static final int MAX_WORD_CHARS = 100;

    private static final String INSIDE = "##";
    private static final int REPLACEMENT = 0xFFFD;

    private final Map<String, Integer> vocabulary;
    private final int begin;
    private final int end;
    private final int unknown;

    WordPieces(Map<String, Integer> vocabulary) {
        this.vocabulary = Map.copyOf(vocabulary);
        this.begin = id("[CLS]");
        this.end = id("[SEP]");
        this.unknown = id("[UNK]");
    }

    /// @param json of the format of `tokenizer.json`; read to its end
    static WordPieces read(InputStream json) {
        Map<String, Integer> vocabulary = new HashMap<>();
        try (JsonParser in = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            while (in.nextToken() != null) {
                if (in.currentToken() == JsonToken.START_OBJECT
                        && "vocab".equals(in.currentName())) {
                    for (String piece = in.nextName(); piece != null; piece = in.nextName()) {
                        vocabulary.put(piece, in.nextIntValue(-1));
                    }
                }
            }
            json.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new WordPieces(vocabulary);
    }

    /// The pieces of the text between the marks of its begin and end.
    ///
    /// @param most pieces, marks included, at least 2; what is behind them is left out
    Pieces split(String text, int most) {
        Collector pieces = new Collector(most);
        pieces.add(begin);
        String plain = plain(text);
        int at = 0;
        while (at < plain.length() && !pieces.full()) {
            int c = plain.codePointAt(at);
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                at += Character.charCount(c);
                continue;
            }
            int to = isAlone(c) ? at + Character.charCount(c) : wordEnd(plain, at);
            word(plain.substring(at, to), pieces);
            at = to;
        }
        pieces.close(end);
        return new Pieces(pieces.ids(), !pieces.full() && !pieces.has(unknown));
    }

    /// @param whole whether all of the text is in them: to its end, and without a word that the model does not
    ///     know. It takes all of those for the same
    @SuppressWarnings("ArrayRecordComponent") // handed over once, compared by nobody
    record Pieces(long[] ids, boolean whole) {}

    private void word(String word, Collector pieces) {
        if (word.codePointCount(0, word.length()) > MAX_WORD_CHARS) {
            pieces.add(unknown);
            return;
        }
        int[] found = new int[word.length()];
        int count = 0;
        for (int from = 0; from < word.length(); count++) {
            int to = word.length();
            Integer id = null;
            while (to > from && id == null) {
                String piece = word.substring(from, to);
                id = vocabulary.get(from == 0 ? piece : INSIDE + piece);
                to = id == null ? word.offsetByCodePoints(to, -1) : to;
            }
            if (id == null) {
                pieces.add(unknown);
                return;
            }
            found[count] = id;
            from = to;
        }
        for (int i = 0; i < count; i++) {
            pieces.add(found[i]);
        }
    }

    private static int wordEnd(String text, int from) {
        int at = from;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (Character.isWhitespace(c) || Character.isSpaceChar(c) || isAlone(c)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    /// Without control characters, accents and case.
    private static String plain(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    if (c == '\t' || c == '\n' || c == '\r' || Character.isSpaceChar(c)) {
                        clean.append(' ');
                    } else if (!isDropped(c)) {
                        clean.appendCodePoint(c);
                    }
                });
        StringBuilder bare = new StringBuilder(clean.length());
        Normalizer.normalize(clean, Normalizer.Form.NFD)
                .codePoints()
                .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
                .map(Character::toLowerCase)
                .forEach(bare::appendCodePoint);
        return bare.toString();
    }

    private static boolean isDropped(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE ->
                    true;
            default -> c == REPLACEMENT;
        };
    }

    /// Punctuation, and characters of scripts that put no spaces between words.
    private static boolean isAlone(int c) {
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION ->
                    true;
            case Character.MATH_SYMBOL, Character.CURRENCY_SYMBOL, Character.MODIFIER_SYMBOL ->
                    c < 128;
            default -> isIdeograph(c);
        };
    }

    /// The blocks that BERT takes for Chinese.
    private static boolean isIdeograph(int c) {
        return (c >= 0x3400 && c <= 0x4DBF)
                || (c >= 0x4E00 && c <= 0x9FFF)
                || (c >= 0xF900 && c <= 0xFAFF)
                || (c >= 0x20000 && c <= 0x2CEAF)
                || (c >= 0x2F800 && c <= 0x2FA1F);
    }

    private int id(String piece) {
        Integer id = vocabulary.get(piece);
        if (id == null) {
            throw new IllegalArgumentException("the vocabulary has no " + piece);
        }
        return id;
    }

    /// Up to a number of ids, the last of which closes the text.
    private static final class Collector {

        private final long[] ids;
        private int count;
        private boolean full;

        private Collector(int most) {
            ids = new long[most];
        }

        private void add(long id) {
            if (count < ids.length - 1) {
                ids[count++] = id;
            } else {
                full = true;
            }
        }

        private void close(long id) {
            ids[count++] = id;
        }

        /// Whether something had to be left out.
        private boolean full() {
            return full;
        }

        private boolean has(long id) {
            return Arrays.stream(ids, 0, count).anyMatch(one -> one == id);
        }

        private long[] ids() {
            return Arrays.copyOf(ids, count);
        }
    }
}
