package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Open holds by the millisecond in which they end by themselves.
///
/// A calendar of linked lists: adding costs one look-up, removing a settled hold costs one, and nothing
/// stays behind for a sweep to find. All holds of a list are due together, so finding the due ones looks
/// at no other. The links are in the holds themselves.
final class ExpiryIndex {

    private final TreeMap<Long, Hold> heads = new TreeMap<>();

    void add(Hold hold) {
        Hold head = heads.put(hold.dueMillis(), hold);
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
            heads.put(hold.dueMillis(), next);
        } else {
            heads.remove(hold.dueMillis());
        }
        hold.previous = null;
        hold.next = null;
    }

    /// Whether a hold is among those that end when it does.
    boolean contains(Hold hold) {
        for (@Nullable Hold each = heads.get(hold.dueMillis()); each != null; each = each.next) {
            if (each == hold) {
                return true;
            }
        }
        return false;
    }

    int size() {
        int size = 0;
        for (@Nullable Hold head : heads.values()) {
            for (Hold each = head; each != null; each = each.next) {
                size++;
            }
        }
        return size;
    }

    /// Holds whose time has run out, at most `atMost`, the earliest first.
    List<Hold> due(long nowMillis, int atMost) {
        List<Hold> due = new ArrayList<>();
        for (@Nullable Hold head : heads.headMap(nowMillis, true).values()) {
            for (Hold hold = head; hold != null; hold = hold.next) {
                if (due.size() == atMost) {
                    return due;
                }
                due.add(hold);
            }
        }
        return due;
    }
}
