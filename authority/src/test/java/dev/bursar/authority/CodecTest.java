package dev.bursar.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.ledger.Entry;
import dev.bursar.ledger.Outcome;
import dev.bursar.ledger.StateRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Blocks: what is written is read again, and whatever else is read gives an error, not a crash.
final class CodecTest {

    private static final long SEED = Long.getLong("bursar.seed", 20_261_122);

    @Test
    void entries_ofEveryType_comeBackEqual() {
        RandomRecords records = new RandomRecords(SEED);
        EntryBlock block = new EntryBlock();
        Set<Class<?>> seen = new HashSet<>();
        for (int round = 0; round < 300; round++) {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < round % 40; i++) {
                entries.add(records.entry());
                seen.add(entries.getLast().getClass());
            }
            block.clear();
            block.addAll(entries);
            assertThat(EntryCodec.read(block.toByteArray(), block.count()))
                    .as("seed %s, round %s", SEED, round)
                    .isEqualTo(entries);
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(kinds(Entry.class).toList());
    }

    private static Stream<Class<?>> kinds(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(CodecTest::kinds)
                : Stream.of(type);
    }

    @Test
    void states_ofEveryType_comeBackEqual() {
        RandomRecords records = new RandomRecords(SEED);
        WireWriter writer = new WireWriter();
        Set<Class<?>> seen = new HashSet<>();
        Set<Class<?>> outcomes = new HashSet<>();
        for (int block = 0; block < 300; block++) {
            List<StateRecord> states = new ArrayList<>();
            writer.start();
            for (int i = 0; i < 20; i++) {
                StateRecord state = records.state();
                states.add(state);
                seen.add(state.getClass());
                if (state instanceof StateRecord.Remembered remembered) {
                    outcomes.add(remembered.outcome().getClass());
                }
                StateCodec.write(writer, state);
            }
            assertThat(StateCodec.read(writer.toByteArray(), states.size()))
                    .as("seed %s, block %s", SEED, block)
                    .isEqualTo(states);
        }
        assertThat(seen).containsExactlyInAnyOrder(StateRecord.class.getPermittedSubclasses());
        // Advice is asked for again: it is the one answer that nobody remembers.
        assertThat(outcomes)
                .doesNotContain(Outcome.Advised.class)
                .hasSize(Outcome.class.getPermittedSubclasses().length - 1);
    }

    @Test
    void read_truncatedAnywhere_saysSo() {
        byte[] bytes = block(5);
        for (int length = 0; length < bytes.length; length++) {
            byte[] truncated = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> EntryCodec.read(truncated, 5))
                    .isInstanceOf(AuthorityException.class)
                    .hasMessageContaining("malformed");
        }
    }

    @Test
    void read_randomlyDamaged_givesAnErrorOrEntries() {
        Random random = new Random(SEED);
        byte[] bytes = block(8);
        int errors = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = bytes.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                EntryCodec.read(damaged, 8);
            } catch (AuthorityException e) {
                assertThat(e.kind()).isEqualTo(AuthorityException.Kind.INTERNAL);
                errors++;
            }
        }
        assertThat(errors).isPositive();
    }

    @Test
    void read_hugeCount_isRefusedBeforeMemoryIsTaken() {
        byte[] listOfManyAccounts = {
            WireWriter.FORMAT, 9, 0, 0, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7
        };
        assertThatThrownBy(() -> EntryCodec.read(listOfManyAccounts, 1))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("elements in 0 bytes");
        assertThatThrownBy(() -> EntryCodec.read(new byte[] {WireWriter.FORMAT}, Integer.MAX_VALUE))
                .isInstanceOf(AuthorityException.class);
    }

    @Test
    void read_unknownFormat_namesIt() {
        assertThatThrownBy(() -> EntryCodec.read(new byte[] {99}, 0))
                .hasMessageContaining("format 99");
    }

    private static byte[] block(int count) {
        RandomRecords records = new RandomRecords(SEED + 1);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(records.entry());
        }
        return EntryBlock.of(entries).toByteArray();
    }
}
