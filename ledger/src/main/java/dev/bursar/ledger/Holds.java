package dev.bursar.ledger;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The open holds, by their id and by a number that each has while it is open.
final class Holds implements Iterable<Hold> {

    private static final int BITS = 10;
    private static final int MASK = (1 << BITS) - 1;

    private final HoldNumbers numbers = new HoldNumbers(number -> at(number).idValue());
    private @Nullable Hold[][] blocks = new Hold[1][];

    int size() {
        return numbers.size();
    }

    @Nullable Hold get(HoldId id) {
        int number = numbers.of(id.value());
        return number == HoldNumbers.NONE ? null : at(number);
    }

    /// The hold of a number that is given.
    Hold at(int number) {
        return Objects.requireNonNull(blocks[number >>> BITS][number & MASK]);
    }

    Stream<Hold> stream() {
        return IntStream.range(0, numbers.end())
                .mapToObj(number -> blocks[number >>> BITS][number & MASK])
                .filter(Objects::nonNull);
    }

    @Override
    public Iterator<Hold> iterator() {
        return stream().iterator();
    }

    /// Adds a hold whose id none has, and gives it its number.
    void add(Hold hold) {
        hold.number = numbers.add(hold.idValue());
        int block = hold.number >>> BITS;
        if (block == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * block);
        }
        if (blocks[block] == null) {
            blocks[block] = new Hold[MASK + 1];
        }
        blocks[block][hold.number & MASK] = hold;
    }

    /// Removes a hold that is there.
    void remove(Hold hold) {
        numbers.remove(hold.idValue());
        blocks[hold.number >>> BITS][hold.number & MASK] = null;
        hold.number = HoldNumbers.NONE;
    }
}
