package dev.bursar.ledger;

import java.util.List;

/// A place in the list of a budget's balances. It keeps its meaning while accounts are opened and dropped,
/// until the window or the process ends: the order depends on a secret of the process.
///
/// @param windowStartMillis of the accounts that are listed
/// @param place in the order of the list, never below 0
/// @param per of the accounts at this place, the first that was not listed yet; empty for all of them
public record BalancesMark(long windowStartMillis, long place, List<String> per) {

    public BalancesMark {
        per = List.copyOf(per);
        if (place < 0) {
            throw new IllegalArgumentException("there is no place " + place);
        }
    }
}
