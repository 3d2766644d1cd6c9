package dev.bursar.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.ledger.Entry;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What was decided is either taken by the syncer or left to the writer, whenever the syncer stops.
final class HandOverTest {

    private final HandOver handOver = new HandOver(8);
    private final List<Pending<?>> decided = List.of(Pending.waiting((ledger, now) -> "read"));
    private final List<Entry> entries = List.of(new RandomRecords(1).entry());

    @Test
    void stop_withABatchGiven_returnsIt() {
        assertThat(handOver.give(decided, entries)).isTrue();
        Batch rest = handOver.stop();
        assertThat(rest.pending).isEqualTo(decided);
        assertThat(rest.entries.count()).isEqualTo(1);
    }

    @Test
    void give_afterStop_isRefused() {
        handOver.stop();
        assertThat(handOver.give(decided, entries)).isFalse();
        assertThat(handOver.room()).isZero();
    }

    @Test
    void take_afterSeveralWereGiven_getsThemAsOne() {
        handOver.give(decided, entries);
        handOver.give(decided, entries);
        assertThat(handOver.room()).isEqualTo(6);
        Batch taken = handOver.take(new Batch());
        assertThat(taken.pending).hasSize(2);
        assertThat(EntryCodec.read(taken.entries.toByteArray(), 2)).hasSize(2);
        assertThat(handOver.room()).isEqualTo(8);
    }

    @Test
    void take_atTheEnd_getsWhatWasGivenThenNothing() {
        handOver.give(decided, entries);
        handOver.end();
        assertThat(handOver.take(new Batch()).pending).hasSize(1);
        assertThat(handOver.take(new Batch()).isEmpty()).isTrue();
    }

    @Test
    void give_entryThatCannotBeEncoded_neverBecomesARecordAndGivesBackAllCallers() {
        Pending<?> second = Pending.waiting((ledger, now) -> "second");
        assertThat(handOver.give(decided, entries)).isTrue();
        List<Pending<?>> given = new ArrayList<>(List.of(second));

        assertThatThrownBy(() -> handOver.give(given, new Breaking(entries.getFirst())))
                .isInstanceOf(IllegalStateException.class);

        assertThat(given).containsExactlyInAnyOrder(second, decided.getFirst());
        handOver.end();
        assertThat(handOver.take(new Batch()).isEmpty()).isTrue();
        assertThat(handOver.room()).isZero();
    }

    /// Fails after the first entry, as memory may.
    private static final class Breaking extends AbstractList<Entry> {

        private final Entry first;

        Breaking(Entry first) {
            this.first = first;
        }

        @Override
        public Entry get(int index) {
            if (index > 0) {
                throw new IllegalStateException("cannot be encoded");
            }
            return first;
        }

        @Override
        public int size() {
            return 2;
        }
    }
}
