package dev.bursar.authority;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A journal that is damaged: where that begins, what it is, and the command that says more.
final class JournalDamage extends AuthorityException {

    private static final long serialVersionUID = 1L;

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./@%+=:,-]+");

    private final transient Path file;
    private final long position;
    private final String what;

    /// @param position of the first entry that is affected
    /// @param what is wrong there
    JournalDamage(Path file, long position, String what, @Nullable Throwable cause) {
        super(
                Kind.INTERNAL,
                "the journal "
                        + file
                        + " is damaged at position "
                        + position
                        + ": "
                        + what
                        + "; run `./bursar verify --data "
                        + quoted(directory(file))
                        + "` for a full report",
                cause);
        this.file = file;
        this.position = position;
        this.what = what;
    }

    Path file() {
        return file;
    }

    static JournalDamage brokenChain(Path file, long position) {
        return new JournalDamage(
                file,
                position,
                "the chain of hashes is broken: the record is not the one that was written after the"
                        + " one before it",
                null);
    }

    long position() {
        return position;
    }

    String what() {
        return what;
    }

    private static String directory(Path file) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null && directory.endsWith(Archive.FOLDER)) {
            directory = directory.getParent();
        }
        return directory == null ? "." : directory.toString();
    }

    /// As a shell takes it for one word.
    private static String quoted(String path) {
        return PLAIN.matcher(path).matches() ? path : "'" + path.replace("'", "'\\''") + "'";
    }
}
