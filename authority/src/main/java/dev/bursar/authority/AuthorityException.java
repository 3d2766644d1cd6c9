package dev.bursar.authority;

import org.jspecify.annotations.Nullable;

/// A failure of the authority itself, never a business refusal (that is an outcome).
public sealed class AuthorityException extends RuntimeException permits JournalDamage {

    private static final long serialVersionUID = 1L;

    /// Who can do something about it.
    public enum Kind {
        /// The input is wrong.
        CALLER,
        /// The queue is full: try again in a second.
        CAPACITY,
        /// Disk, file system, another process.
        EXTERNAL,
        /// The authority has stopped, or found damage.
        INTERNAL
    }

    private final Kind kind;

    public AuthorityException(Kind kind, String message) {
        this(kind, message, null);
    }

    public AuthorityException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
