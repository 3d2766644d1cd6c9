package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Open holds by the second in which they run out.
///
/// A calendar of linked lists: adding costs one look-up, removing a settled hold costs one, and nothing
/// stays behind for a sweep to find. The links are in the holds themselves.
final class ExpiryIndex {

    private static final long BUCKET_MILLIS = 1_000;

    private final TreeMap<Long, Hold> heads = new TreeMap<>();

    void add(Hold hold) {
        Long bucket = bucket(hold);
        Hold head = heads.put(bucket, hold);
        hold.next = head;
        if (head != null) {
            head.previous = hold;
        }
    }

    void remove(Hold hold) {
        Hold previous = hold.previous;
        Hold next = hold.next;
        if (next != null) {
            next.previous = previous;
        }
        if (previous != null) {
            previous.next = next;
        } else if (next != null) {
            heads.put(bucket(hold), next);
        } else {
            heads.remove(bucket(hold));
        }
        hold.previous = null;
        hold.next = null;
    }

    /// Holds whose time has run out, at most `atMost`, the earliest second first.
    List<Hold> due(long nowMillis, int atMost) {
        List<Hold> due = new ArrayList<>();
        for (@Nullable Hold head : heads.headMap(nowMillis / BUCKET_MILLIS, true).values()) {
            for (Hold hold = head; hold != null; hold = hold.next) {
                if (due.size() == atMost) {
                    return due;
                }
                if (hold.isDue(nowMillis)) {
                    due.add(hold);
                }
            }
        }
        return due;
    }

    private static Long bucket(Hold hold) {
        return hold.expiresMillis() / BUCKET_MILLIS;
    }
}
