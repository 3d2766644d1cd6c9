package dev.bursar.usage;

import org.jspecify.annotations.Nullable;

/// A question about usage that could not be answered. Never says anything about money: enforcement does
/// not depend on this module.
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// Who can do something about it.
    public enum Kind {
        /// The question is wrong (a cursor of another query).
        CALLER,
        /// Too many questions at a time, or one that took too long.
        CAPACITY,
        /// The read model cannot be opened or read just now: disk, file system, another process.
        EXTERNAL,
        /// The entry that tells was archived, and its file is elsewhere: it may be put back.
        ARCHIVED,
        /// A mistake in this module.
        INTERNAL
    }

    private final Kind kind;

    public UsageException(Kind kind, String message) {
        this(kind, message, null);
    }

    public UsageException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
