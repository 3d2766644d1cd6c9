package dev.bursar.ledger;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How holds ended, by their id and in the order in which they came.
///
/// There may be a million, of which hardly any is ever asked for. So what is known of one is spread over
/// arrays, and where amounts say it all, the outcome is made again when it is asked for. A hold that runs
/// out leaves no new object.
final class EndedHolds {

    private static final int NONE = HoldNumbers.NONE;
    private static final int BITS = 10;
    private static final int MASK = (1 << BITS) - 1;

    private final HoldNumbers numbers = new HoldNumbers(this::id);
    private final Numbers after = new Numbers();
    private Block[] blocks = new Block[1];
    private int first = NONE;
    private int last = NONE;

    /// What is known of the holds of consecutive numbers.
    private static final class Block {
        private final @Nullable String[] ids = new String[MASK + 1];
        private final @Nullable TenantId[] tenants = new TenantId[MASK + 1];
        private final long[] millis = new long[MASK + 1];
        private final StateRecord.@Nullable Ending[] endings = new StateRecord.Ending[MASK + 1];

        /// An [Outcome], or what it follows from: [Used], or the [Amounts] that were held, all of them
        /// spent where `spent` says so, else returned.
        private final @Nullable Object[] outcomes = new Object[MASK + 1];

        private final boolean[] spent = new boolean[MASK + 1];
    }

    /// What an ordinary commit follows from.
    private record Used(Amounts held, Amounts actual) {}

    int size() {
        return numbers.size();
    }

    StateRecord.@Nullable EndedHold get(HoldId id) {
        int number = numbers.of(id.value());
        return number == NONE ? null : record(number);
    }

    /// When the hold ended that came first. There must be one.
    Instant oldestAt() {
        return Instant.ofEpochMilli(block(first).millis[first & MASK]);
    }

    /// The oldest first.
    Stream<StateRecord.EndedHold> stream() {
        return Stream.iterate(first, number -> number != NONE, after::at).map(this::record);
    }

    /// Adds a hold as the last, or changes what is known of it.
    void put(StateRecord.EndedHold hold) {
        int number = numbers.of(hold.hold().value());
        if (number == NONE) {
            number = numbers.add(hold.hold().value());
            append(number);
        }
        Block block = block(number);
        int at = number & MASK;
        block.ids[at] = hold.hold().value();
        block.tenants[at] = hold.tenant();
        block.millis[at] = hold.at().toEpochMilli();
        block.endings[at] = hold.ending();
        block.outcomes[at] = followsFrom(hold);
        block.spent[at] = hold.outcome() instanceof Outcome.Committed;
    }

    void removeOldest() {
        int number = numbers.remove(id(first));
        first = after.at(number);
        if (first == NONE) {
            last = NONE;
        }
        Block block = block(number);
        int at = number & MASK;
        block.ids[at] = null;
        block.tenants[at] = null;
        block.outcomes[at] = null;
    }

    private void append(int number) {
        after.set(number, NONE);
        if (last == NONE) {
            first = number;
        } else {
            after.set(last, number);
        }
        last = number;
        int block = number >>> BITS;
        if (block == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * block);
        }
        if (blocks[block] == null) {
            blocks[block] = new Block();
        }
    }

    private Block block(int number) {
        return blocks[number >>> BITS];
    }

    private String id(int number) {
        return Objects.requireNonNull(block(number).ids[number & MASK]);
    }

    private static Object followsFrom(StateRecord.EndedHold hold) {
        return switch (hold.outcome()) {
            case Outcome.Released released
                    when released.equals(returned(hold.hold(), released.held())) ->
                    released.held();
            case Outcome.Committed committed
                    when committed.equals(spent(hold.hold(), committed.held())) ->
                    committed.held();
            case Outcome.Committed committed
                    when committed.equals(
                            used(hold.hold(), committed.held(), committed.actual())) ->
                    new Used(committed.held(), committed.actual());
            default -> hold.outcome();
        };
    }

    private StateRecord.EndedHold record(int number) {
        Block block = block(number);
        int at = number & MASK;
        HoldId id = new HoldId(id(number));
        return new StateRecord.EndedHold(
                id,
                Objects.requireNonNull(block.tenants[at]),
                Instant.ofEpochMilli(block.millis[at]),
                Objects.requireNonNull(block.endings[at]),
                switch (Objects.requireNonNull(block.outcomes[at])) {
                    case Amounts held when block.spent[at] -> spent(id, held);
                    case Amounts held -> returned(id, held);
                    case Used(Amounts held, Amounts actual) -> used(id, held, actual);
                    case Object outcome -> (Outcome) outcome;
                });
    }

    /// How a hold ends that is charged when it runs out.
    static Outcome.Committed spent(HoldId hold, Amounts held) {
        return used(hold, held, held);
    }

    /// How a hold ends that is charged what was used, without an overrun, when nobody waits for the standings.
    static Outcome.Committed used(HoldId hold, Amounts held, Amounts actual) {
        return new Outcome.Committed(hold, held, actual, actual, Amounts.NONE, List.of());
    }

    /// How a hold ends of which nothing is spent, when nobody waits for the standings.
    static Outcome.Released returned(HoldId hold, Amounts held) {
        return new Outcome.Released(hold, held, List.of());
    }
}
