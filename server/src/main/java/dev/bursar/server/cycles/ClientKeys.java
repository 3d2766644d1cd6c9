package dev.bursar.server.cycles;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The idempotency keys of clients as the ledger has them: apart from those that people and tools have in
/// the same tenant, so that nobody's request is taken for the repetition of somebody else's.
///
/// Nearly every key is the same there. One that looks like a key of `/api`, which is a word and what was
/// sent, has a word of its own before it.
final class ClientKeys {

    private static final String WORD = "cycles-key ";

    /// The longest key of the ledger, counted in `char`s so that it is one in any case.
    private static final int MAX_STORED = 256;

    /// What `/api` makes of an `Idempotency-Key` of something new, a tool's call among it; and what comes out of
    /// here.
    private static final Pattern LIKE_A_NEW_ONE =
            Pattern.compile(
                    "(" + WORD.strip() + "|on_behalf|tool (reserve|charge)) .*", Pattern.DOTALL);

    /// The same of what is done to a reservation. The ledger never takes a key of the one for a repetition of
    /// the other.
    private static final Pattern LIKE_ONE_OF_A_RESERVATION =
            Pattern.compile(
                    "("
                            + WORD.strip()
                            + "|tool (commit|release)"
                            + "|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}) .*",
                    Pattern.DOTALL);

    private ClientKeys() {}

    /// The key of a new reservation or an event.
    ///
    /// @param sent 1 to 256 characters of Unicode
    static String stored(String sent) {
        return apart(sent, LIKE_A_NEW_ONE);
    }

    /// The key of what is done to a reservation.
    ///
    /// @param sent 1 to 256 characters of Unicode
    static String storedOfReservation(String sent) {
        return apart(sent, LIKE_ONE_OF_A_RESERVATION);
    }

    private static String apart(String sent, Pattern likeOurs) {
        if (sent.indexOf(' ') < 0 || !likeOurs.matcher(sent).matches()) {
            return sent;
        }
        String stored = WORD + sent;
        return stored.length() <= MAX_STORED ? stored : Fingerprint.uuid(WORD, sent);
    }

    /// The same for a key that a list is filtered by, if it is.
    static @Nullable String storedOrNone(@Nullable String sent) {
        return sent == null ? null : stored(sent);
    }

    /// What the client has sent. Of a key that was too long to be found again in this way, what is stored.
    static String sent(String stored) {
        return stored.startsWith(WORD) ? stored.substring(WORD.length()) : stored;
    }
}
