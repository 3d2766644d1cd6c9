package dev.bursar.ledger;

import org.jspecify.annotations.Nullable;

/// Accounts by their key.
///
/// A budget of each run has as many accounts as there were runs. So nothing is made for one that is added,
/// and a table that is no longer small is in parts that grow one after the other: no command waits for a
/// table of a million to be copied.
final class AccountTable {

    private static final int PART_BITS = 6;
    private static final int SMALLEST = 4;

    /// The most accounts in one part, as long as there is only one.
    static final int SMALL = 1 << 10;

    /// Open addressing: an account is at the first place from that of its hash on, with none empty in
    /// between. At most two thirds are used.
    private @Nullable Account[][] parts = new Account[1][];

    private int[] used = new int[1];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    @Nullable Account get(AccountKey key) {
        int hash = hash(key);
        @Nullable Account[] part = parts[part(hash)];
        return part == null ? null : part[find(part, hash, key)];
    }

    /// @throws IllegalStateException when there is one of its key
    void add(Account account) {
        if (size == SMALL && parts.length == 1) {
            split();
        }
        @Nullable Account[] part = withRoom(part(account.hash));
        int place = find(part, account.hash, account.key());
        if (part[place] != null) {
            throw new IllegalStateException("there is an account of " + account.key());
        }
        part[place] = account;
        used[part(account.hash)]++;
        size++;
    }

    /// @return what was there
    @Nullable Account remove(AccountKey key) {
        int hash = hash(key);
        @Nullable Account[] part = parts[part(hash)];
        if (part == null) {
            return null;
        }
        int place = find(part, hash, key);
        Account removed = part[place];
        if (removed != null) {
            close(part, place);
            used[part(hash)]--;
            size--;
        }
        return removed;
    }

    static int hash(AccountKey key) {
        return HoldNumbers.mixed(key.hashCode());
    }

    /// Where an account is, or else the empty place that ends the search for it.
    private static int find(@Nullable Account[] part, int hash, AccountKey key) {
        int place = hash & (part.length - 1);
        for (Account each = part[place]; each != null; each = part[place]) {
            if (each.hash == hash && each.key().equals(key)) {
                return place;
            }
            place = next(part, place);
        }
        return place;
    }

    /// Empties a place, and moves what is found only by passing it.
    private static void close(@Nullable Account[] part, int emptied) {
        int mask = part.length - 1;
        int hole = emptied;
        int place = next(part, hole);
        for (Account each = part[place]; each != null; each = part[place]) {
            int home = each.hash & mask;
            if (((place - home) & mask) >= ((place - hole) & mask)) {
                part[hole] = each;
                hole = place;
            }
            place = next(part, place);
        }
        part[hole] = null;
    }

    private @Nullable Account[] withRoom(int number) {
        @Nullable Account[] part = parts[number];
        if (part == null) {
            part = new Account[SMALLEST];
        } else if (3 * (used[number] + 1) > 2 * part.length) {
            part = twice(part);
        }
        parts[number] = part;
        return part;
    }

    private static @Nullable Account[] twice(@Nullable Account[] part) {
        @Nullable Account[] larger = new Account[2 * part.length];
        for (Account account : part) {
            if (account != null) {
                larger[find(larger, account.hash, account.key())] = account;
            }
        }
        return larger;
    }

    private void split() {
        @Nullable Account[] only = parts[0];
        parts = new Account[1 << PART_BITS][];
        used = new int[1 << PART_BITS];
        size = 0;
        for (Account account : only) {
            if (account != null) {
                add(account);
            }
        }
    }

    private static int next(@Nullable Account[] part, int place) {
        return (place + 1) & (part.length - 1);
    }

    /// By the bits that do not say where in the part.
    private int part(int hash) {
        return parts.length == 1 ? 0 : hash >>> (Integer.SIZE - PART_BITS);
    }
}
