package dev.bursar.authority;

/// Something that is built from the journal and follows it. Entries are archived only behind it.
public interface Projection {

    /// As people call it: `read model`.
    String name();

    /// The last entry that is in it for good: it never asks for this one or one before it again, unless
    /// somebody has it built anew. Any thread may ask.
    long position();
}
