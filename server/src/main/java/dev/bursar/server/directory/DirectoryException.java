package dev.bursar.server.directory;

import dev.bursar.ledger.TenantId;
import org.jspecify.annotations.Nullable;

/// A request that the directory does not carry out, or a failure of its file.
public final class DirectoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// What is the matter.
    public enum Kind {
        /// The input is malformed.
        CALLER,
        /// No such tenant or key.
        NOT_FOUND,
        /// The name is taken.
        EXISTS,
        /// It was closed, for ever.
        CLOSED,
        /// The configuration file owns it.
        OWNED_BY_FILE,
        /// Disk, file system, another process.
        EXTERNAL
    }

    private final Kind kind;

    DirectoryException(Kind kind, String message) {
        this(kind, message, null);
    }

    DirectoryException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    static DirectoryException closed(TenantId tenant) {
        return new DirectoryException(Kind.CLOSED, "the tenant " + tenant + " is closed for ever");
    }

    public Kind kind() {
        return kind;
    }
}
