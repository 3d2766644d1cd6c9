package dev.bursar.authority;

/// What was moved out of the journal.
///
/// @param first position that was moved; 0 when none was
/// @param last position that was moved; 0 when none was
/// @param more whether more may go: a file has its size
/// @param kept when there is no more, why what follows stays, for people
public record Archived(long first, long last, boolean more, String kept) {

    static Archived nothing(String kept) {
        return new Archived(0, 0, false, kept);
    }

    /// How many entries were moved.
    public long entries() {
        return last == 0 ? 0 : last - first + 1;
    }
}
