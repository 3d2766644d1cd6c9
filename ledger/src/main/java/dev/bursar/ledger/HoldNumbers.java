package dev.bursar.ledger;

import java.util.function.IntFunction;
import java.util.function.ToIntFunction;

/// Small numbers for things that are known by the id of a hold, which is its [value][HoldId#value] here:
/// each thing has one while it is in here, and is found by it.
///
/// Everything is in arrays of plain numbers. However many things come and go, the garbage collector has
/// no changed reference to look at; with a million of them that is what a pause consists of. The tables
/// are in parts that grow one after the other, so that no command waits for all of them.
final class HoldNumbers {

    static final int NONE = -1;

    private static final int PART_BITS = 6;
    private static final int SMALLEST = 16;

    private final IntFunction<String> ids;
    private final ToIntFunction<String> hashes;

    /// Open addressing, with the hash of an id above and its number + 1 below, or 0 where nothing is. At
    /// most two thirds are used. A search asks for no id but the one that it finds: of a million, none is
    /// in a processor's cache.
    private final long[][] parts = new long[1 << PART_BITS][];

    private final int[] used = new int[1 << PART_BITS];

    /// Of a free number, the next free.
    private final Numbers nextFree = new Numbers();

    private int free = NONE;
    private int end;
    private int size;

    /// @param ids the id of what has a number
    HoldNumbers(IntFunction<String> ids) {
        this(ids, id -> KeyedHash.folded(KeyedHash.of(id)));
    }

    /// @param hashes of ids, by which they are found
    HoldNumbers(IntFunction<String> ids, ToIntFunction<String> hashes) {
        this.ids = ids;
        this.hashes = hashes;
    }

    int size() {
        return size;
    }

    /// Above all numbers that are or were given.
    int end() {
        return end;
    }

    /// The number of an id, or [#NONE].
    int of(String id) {
        int hash = hash(id);
        long[] part = parts[part(hash)];
        return part == null ? NONE : number(part[find(part, hash, id)]);
    }

    /// Gives a number to an id. From now on it is asked for the id of that number.
    ///
    /// @throws IllegalStateException when the id has one
    int add(String id) {
        int hash = hash(id);
        long[] part = withRoom(part(hash));
        int place = find(part, hash, id);
        if (part[place] != 0) {
            throw new IllegalStateException(id + " has a number");
        }
        int number = free;
        if (number == NONE) {
            number = end++;
        } else {
            free = nextFree.at(number);
        }
        part[place] = (long) hash << Integer.SIZE | (number + 1);
        used[part(hash)]++;
        size++;
        return number;
    }

    /// @return the number it had, or [#NONE]
    int remove(String id) {
        int hash = hash(id);
        long[] part = parts[part(hash)];
        if (part == null) {
            return NONE;
        }
        int place = find(part, hash, id);
        int number = number(part[place]);
        if (number != NONE) {
            close(part, place);
            nextFree.set(number, free);
            free = number;
            used[part(hash)]--;
            size--;
        }
        return number;
    }

    /// Where an id is, or else the empty place that ends the search for it.
    private int find(long[] part, int hash, String id) {
        int place = home(part, hash);
        while (part[place] != 0) {
            if (hash(part[place]) == hash && ids.apply(number(part[place])).equals(id)) {
                return place;
            }
            place = next(part, place);
        }
        return place;
    }

    /// Empties a place, and moves what is found only by passing it.
    private static void close(long[] part, int emptied) {
        int mask = part.length - 1;
        int hole = emptied;
        for (int place = next(part, hole); part[place] != 0; place = next(part, place)) {
            int home = home(part, hash(part[place]));
            if (((place - home) & mask) >= ((place - hole) & mask)) {
                part[hole] = part[place];
                hole = place;
            }
        }
        part[hole] = 0;
    }

    private long[] withRoom(int number) {
        long[] part = parts[number];
        if (part == null) {
            part = new long[SMALLEST];
        } else if (3 * (used[number] + 1) > 2 * part.length) {
            part = twice(part);
        }
        parts[number] = part;
        return part;
    }

    private static long[] twice(long[] part) {
        long[] larger = new long[2 * part.length];
        for (long entry : part) {
            if (entry != 0) {
                int place = home(larger, hash(entry));
                while (larger[place] != 0) {
                    place = next(larger, place);
                }
                larger[place] = entry;
            }
        }
        return larger;
    }

    private static int hash(long entry) {
        return (int) (entry >>> Integer.SIZE);
    }

    /// The number of an entry, or [#NONE] where nothing is.
    private static int number(long entry) {
        return (int) entry - 1;
    }

    private static int home(long[] part, int hash) {
        return hash & (part.length - 1);
    }

    private static int next(long[] part, int place) {
        return (place + 1) & (part.length - 1);
    }

    /// By the bits that do not say where in the part.
    private static int part(int hash) {
        return hash >>> (Integer.SIZE - PART_BITS);
    }

    private int hash(String id) {
        return hashes.applyAsInt(id);
    }
}
