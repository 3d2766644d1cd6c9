package dev.bursar.ledger;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
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

    /// How many places of hashes a walk looks at: a table that was large may have few accounts left.
    static final int MAX_WALKED = 10_000;

    private final ToIntFunction<AccountKey> hashes;
    private @Nullable Part[] parts = new Part[1];
    private int size;

    AccountTable() {
        this(AccountTable::secretHash);
    }

    /// @param hashes of keys, by which accounts are found
    AccountTable(ToIntFunction<AccountKey> hashes) {
        this.hashes = hashes;
    }

    boolean isEmpty() {
        return size == 0;
    }

    @Nullable Account get(AccountKey key) {
        int hash = hash(key);
        Part part = parts[part(hash)];
        return part == null ? null : part.accounts[part.find(hash, key)];
    }

    /// @throws IllegalStateException when there is one of its key
    void add(Account account) {
        if (size == SMALL && parts.length == 1) {
            split();
        }
        int hash = hash(account.key());
        Part part = withRoom(part(hash));
        int place = part.find(hash, account.key());
        if (part.accounts[place] != null) {
            throw new IllegalStateException("there is an account of " + account.key());
        }
        part.put(place, hash, account);
        part.used++;
        size++;
    }

    /// @return what was there
    @Nullable Account remove(AccountKey key) {
        int hash = hash(key);
        Part part = parts[part(hash)];
        if (part == null) {
            return null;
        }
        int place = part.find(hash, key);
        Account removed = part.accounts[place];
        if (removed != null) {
            part.close(place);
            part.used--;
            size--;
        }
        return removed;
    }

    /// A place in the order of a walk.
    ///
    /// @param place the number of a part above the bits of a hash, the lowest of which count most: so the
    ///     order is the same whatever the size of the table
    /// @param per the first among those of the same place; empty for all of them
    record Spot(long place, List<String> per) {

        static final Spot FIRST = new Spot(0, List.of());
    }

    /// An account at its place in the order of walks, which is as if the table were in parts.
    private record Placed(long place, Account account) {

        private static final Comparator<Placed> ORDER =
                Comparator.comparingLong(Placed::place)
                        .thenComparing(
                                placed -> placed.account().key().per(), AccountTable::compare);

        private static Placed of(int hash, Account account) {
            return new Placed(
                    AccountTable.place(hash >>> (Integer.SIZE - PART_BITS), Integer.reverse(hash)),
                    account);
        }

        private boolean isAtOrAfter(Spot spot) {
            return place > spot.place()
                    || (place == spot.place() && compare(account.key().per(), spot.per()) >= 0);
        }
    }

    private static int compare(List<String> one, List<String> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            int order = one.get(i).compareTo(other.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    /// Goes through the accounts from a spot on, each once, for as long as they are taken. Accounts that
    /// come and go between two walks change nothing about the others.
    ///
    /// @return where to go on: at the account that was not taken, or where enough was looked at; null at
    ///     the end
    @Nullable Spot walk(Spot from, Predicate<Account> taken) {
        if (parts.length == 1) {
            Part only = parts[0];
            return only == null ? null : walk(only.all(), from, taken);
        }
        int looked = 0;
        int number = (int) (from.place() >>> Integer.SIZE);
        int reversed = (int) from.place();
        for (; number < parts.length; number++) {
            Part part = parts[number];
            int places = part == null ? 0 : part.hashes.length;
            int shift = Integer.SIZE - Integer.numberOfTrailingZeros(places);
            for (int turn = reversed >>> shift; turn < places && part != null; turn++) {
                if (looked++ == MAX_WALKED) {
                    return new Spot(place(number, turn << shift), List.of());
                }
                int home = Integer.reverse(turn) >>> shift;
                Spot next = part.isFree(home) ? null : walk(part.at(home), from, taken);
                if (next != null) {
                    return next;
                }
            }
            reversed = 0;
        }
        return null;
    }

    private @Nullable Spot walk(Stream<Placed> some, Spot from, Predicate<Account> taken) {
        List<Placed> ordered =
                some.filter(placed -> placed.isAtOrAfter(from)).sorted(Placed.ORDER).toList();
        for (Placed placed : ordered) {
            if (!taken.test(placed.account())) {
                return new Spot(placed.place(), placed.account().key().per());
            }
        }
        return null;
    }

    private static long place(int part, int reversed) {
        return ((long) part << Integer.SIZE) | Integer.toUnsignedLong(reversed);
    }

    private int hash(AccountKey key) {
        return hashes.applyAsInt(key);
    }

    /// A sum of secret hashes, in which each value counts by its place.
    static int secretHash(AccountKey key) {
        long hash = KeyedHash.of(key.budget().value());
        for (int i = 0; i < key.per().size(); i++) {
            hash = 31 * hash + KeyedHash.of(key.per().get(i));
        }
        return KeyedHash.folded(hash + key.windowStartMillis());
    }

    private Part withRoom(int number) {
        Part part = parts[number];
        if (part == null) {
            part = new Part(SMALLEST);
        } else if (part.isFull()) {
            part = part.twice();
        }
        parts[number] = part;
        return part;
    }

    private void split() {
        Part only = Objects.requireNonNull(parts[0]);
        parts = new Part[1 << PART_BITS];
        size = 0;
        for (Account account : only.accounts) {
            if (account != null) {
                add(account);
            }
        }
    }

    /// By the bits that do not say where in the part.
    private int part(int hash) {
        return parts.length == 1 ? 0 : hash >>> (Integer.SIZE - PART_BITS);
    }

    /// Open addressing: an account is at the first place from that of its hash on, with none empty in
    /// between. At most two thirds are used.
    private static final class Part {

        private final @Nullable Account[] accounts;

        /// Of the accounts' keys. A search looks at no account but the one that it finds: of a million,
        /// none is in a processor's cache.
        private final int[] hashes;

        private int used;

        private Part(int length) {
            accounts = new Account[length];
            hashes = new int[length];
        }

        /// Where an account is, or else the empty place that ends the search for it.
        private int find(int hash, AccountKey key) {
            int place = hash & (hashes.length - 1);
            for (Account each = accounts[place]; each != null; each = accounts[place]) {
                if (hashes[place] == hash && each.key().equals(key)) {
                    return place;
                }
                place = next(place);
            }
            return place;
        }

        private Stream<Placed> all() {
            Stream.Builder<Placed> found = Stream.builder();
            for (int place = 0; place < hashes.length; place++) {
                Account each = accounts[place];
                if (each != null) {
                    found.add(Placed.of(hashes[place], each));
                }
            }
            return found.build();
        }

        private boolean isFree(int place) {
            return accounts[place] == null;
        }

        /// Those whose hash leads to a place, wherever they are.
        private Stream<Placed> at(int home) {
            Stream.Builder<Placed> found = Stream.builder();
            int place = home;
            for (Account each = accounts[place]; each != null; each = accounts[place]) {
                if ((hashes[place] & (hashes.length - 1)) == home) {
                    found.add(Placed.of(hashes[place], each));
                }
                place = next(place);
            }
            return found.build();
        }

        private void put(int place, int hash, Account account) {
            accounts[place] = account;
            hashes[place] = hash;
        }

        /// Empties a place, and moves what is found only by passing it.
        private void close(int emptied) {
            int mask = hashes.length - 1;
            int hole = emptied;
            int place = next(hole);
            for (Account each = accounts[place]; each != null; each = accounts[place]) {
                int home = hashes[place] & mask;
                if (((place - home) & mask) >= ((place - hole) & mask)) {
                    put(hole, hashes[place], each);
                    hole = place;
                }
                place = next(place);
            }
            accounts[hole] = null;
        }

        private boolean isFull() {
            return 3 * (used + 1) > 2 * hashes.length;
        }

        private Part twice() {
            Part larger = new Part(2 * hashes.length);
            for (int from = 0; from < hashes.length; from++) {
                Account account = accounts[from];
                if (account != null) {
                    int place = hashes[from] & (larger.hashes.length - 1);
                    while (larger.accounts[place] != null) {
                        place = larger.next(place);
                    }
                    larger.put(place, hashes[from], account);
                }
            }
            larger.used = used;
            return larger;
        }

        private int next(int place) {
            return (place + 1) & (hashes.length - 1);
        }
    }
}
