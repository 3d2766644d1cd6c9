package dev.bursar.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntFunction;

/// Open holds by the millisecond in which they end by themselves.
///
/// A calendar of linked lists: adding costs one look-up, removing a settled hold costs one, and nothing
/// stays behind for a sweep to find. All holds of a list are due together, so finding the due ones looks
/// at no other. The links are in the holds themselves, as [their numbers][Holds].
final class ExpiryIndex {

    private static final int NONE = HoldNumbers.NONE;

    private final IntFunction<Hold> holds;
    private final TreeMap<Long, Head> heads = new TreeMap<>();

    /// The start of a list, which is never empty.
    private static final class Head {
        private int first = NONE;
    }

    /// @param holds the hold of a number
    ExpiryIndex(IntFunction<Hold> holds) {
        this.holds = holds;
    }

    void add(Hold hold) {
        Head head = heads.computeIfAbsent(hold.dueMillis(), due -> new Head());
        hold.previous = NONE;
        hold.next = head.first;
        if (head.first != NONE) {
            holds.apply(head.first).previous = hold.number;
        }
        head.first = hold.number;
    }

    /// Removes a hold that still has its number.
    void remove(Hold hold) {
        if (hold.next != NONE) {
            holds.apply(hold.next).previous = hold.previous;
        }
        if (hold.previous != NONE) {
            holds.apply(hold.previous).next = hold.next;
        } else if (hold.next != NONE) {
            Objects.requireNonNull(heads.get(hold.dueMillis())).first = hold.next;
        } else {
            heads.remove(hold.dueMillis());
        }
        hold.previous = NONE;
        hold.next = NONE;
    }

    /// Whether a hold is among those that end when it does.
    boolean contains(Hold hold) {
        Head head = heads.get(hold.dueMillis());
        int each = head == null ? NONE : head.first;
        while (each != NONE && each != hold.number) {
            each = holds.apply(each).next;
        }
        return each != NONE;
    }

    int size() {
        int size = 0;
        for (Head head : heads.values()) {
            for (int each = head.first; each != NONE; each = holds.apply(each).next) {
                size++;
            }
        }
        return size;
    }

    /// Holds whose time has run out, at most `atMost`, the earliest first.
    List<Hold> due(long nowMillis, int atMost) {
        List<Hold> due = new ArrayList<>();
        for (Head head : heads.headMap(nowMillis, true).values()) {
            for (int each = head.first; each != NONE; ) {
                if (due.size() == atMost) {
                    return due;
                }
                Hold hold = holds.apply(each);
                due.add(hold);
                each = hold.next;
            }
        }
        return due;
    }
}
