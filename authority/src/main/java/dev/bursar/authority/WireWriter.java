package dev.bursar.authority;

import dev.bursar.ledger.AccountKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/// Collects one block of our binary format: numbers as base-128 varints, texts and accounts once in full
/// and then by reference, times relative to the first.
///
/// A block stands alone: it starts with the [format][#FORMAT], and no reference leads out of it. A writer
/// is reused from block to block by one thread. [WireReader] is its counterpart.
final class WireWriter {

    /// The first byte of each block. A reader refuses any other.
    static final int FORMAT = 2;

    /// The reference that says that the thing itself follows. Real references start at 1.
    static final int INLINE = 0;

    private static final int NANOS_PER_MILLI = 1_000_000;

    /// Enough for a usual batch, which then does not make the table grow.
    private static final int TEXT_SLOTS = 2_048;

    private static final Words<String> SEED = seed();

    private byte[] bytes = new byte[1 << 16];
    private int size;
    private final Words<String> texts = new Words<>(new String[SEED.capacity()]);
    private final Words<AccountKey> accounts = new Words<>(new AccountKey[64]);
    private boolean timeKnown;
    private long firstSecond;

    WireWriter() {
        start();
    }

    /// Forgets everything and starts a new block.
    void start() {
        size = 0;
        texts.copyOf(SEED);
        accounts.clear();
        timeKnown = false;
        firstSecond = 0;
        put(FORMAT);
    }

    int size() {
        return size;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    void updateChecksum(CRC32C checksum) {
        checksum.update(bytes, 0, size);
    }

    /// A byte of 0 to 127, such as the tag of a type.
    void tag(int tag) {
        put(tag);
    }

    void flag(boolean flag) {
        put(flag ? 1 : 0);
    }

    /// Any number, shortest when small and not negative.
    void number(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /// Any number, short when near zero.
    void signed(long value) {
        number(value << 1 ^ value >> 63);
    }

    /// Eight bytes, for values that are spread evenly.
    void fixed(long value) {
        ensure(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    void text(String text) {
        int reference = texts.reference(text);
        number(reference);
        if (reference == INLINE) {
            spell(text);
        }
    }

    void texts(List<String> list) {
        number(list.size());
        for (int i = 0; i < list.size(); i++) {
            text(list.get(i));
        }
    }

    void account(AccountKey account) {
        int reference = accounts.reference(account);
        number(reference);
        if (reference == INLINE) {
            text(account.budget().value());
            texts(account.per());
            signed(account.windowStartMillis());
        }
    }

    void instant(Instant instant) {
        if (!timeKnown) {
            timeKnown = true;
            firstSecond = instant.getEpochSecond();
            signed(firstSecond);
        } else {
            signed(instant.getEpochSecond() - firstSecond);
        }
        nanos(instant.getNano());
    }

    void duration(Duration duration) {
        signed(duration.getSeconds());
        nanos(duration.getNano());
    }

    /// Whole milliseconds are even, anything finer is odd.
    private void nanos(int nanos) {
        if (nanos % NANOS_PER_MILLI == 0) {
            number((long) (nanos / NANOS_PER_MILLI) << 1);
        } else {
            number((long) nanos << 1 | 1);
        }
    }

    /// Length in bytes, then each UTF-16 unit in one to three bytes as UTF-8 would have it. Unlike UTF-8
    /// this keeps unpaired surrogates, which clients do send.
    private void spell(String text) {
        int length = text.length();
        int encoded = encodedLength(text);
        number(encoded);
        ensure(encoded);
        if (encoded == length) {
            for (int i = 0; i < length; i++) {
                bytes[size++] = (byte) text.charAt(i);
            }
            return;
        }
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes[size++] = (byte) c;
            } else if (c < 0x800) {
                bytes[size++] = (byte) (0xC0 | c >> 6);
                bytes[size++] = (byte) (0x80 | (c & 0x3F));
            } else {
                bytes[size++] = (byte) (0xE0 | c >> 12);
                bytes[size++] = (byte) (0x80 | (c >> 6 & 0x3F));
                bytes[size++] = (byte) (0x80 | (c & 0x3F));
            }
        }
    }

    private static int encodedLength(String text) {
        int length = text.length();
        int encoded = length;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                encoded += c < 0x800 ? 1 : 2;
            }
        }
        return encoded;
    }

    private void put(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), 2 * bytes.length));
        }
    }

    private static Words<String> seed() {
        Words<String> seed = new Words<>(new String[TEXT_SLOTS]);
        WellKnown.WORDS.forEach(seed::reference);
        return seed;
    }

    /// Numbers things by first use: an open-addressing table that is cheap to empty.
    private static final class Words<T> {

        /// 2^32 divided by the golden ratio.
        private static final int GOLDEN = 0x9E3779B9;

        private T[] slots;
        private int[] references;
        private int known;

        Words(T[] slots) {
            this.slots = slots;
            this.references = new int[slots.length];
        }

        int capacity() {
            return slots.length;
        }

        void clear() {
            Arrays.fill(slots, null);
            known = 0;
        }

        void copyOf(Words<T> other) {
            if (slots.length != other.slots.length) {
                slots = other.slots.clone();
                references = other.references.clone();
            } else {
                System.arraycopy(other.slots, 0, slots, 0, slots.length);
                System.arraycopy(other.references, 0, references, 0, slots.length);
            }
            known = other.known;
        }

        /// The reference to a thing seen before, or [#INLINE] the first time.
        int reference(T thing) {
            int mask = slots.length - 1;
            int at = home(thing);
            while (true) {
                T there = slots[at];
                if (there == null) {
                    break;
                }
                if (there.equals(thing)) {
                    return references[at];
                }
                at = at + 1 & mask;
            }
            slots[at] = thing;
            references[at] = ++known;
            if (known > slots.length / 2) {
                grow();
            }
            return INLINE;
        }

        /// Where to look first. Ids that count up have hashes that lie close together: spread them.
        private int home(T thing) {
            int shift = Integer.numberOfLeadingZeros(slots.length) + 1;
            return (thing.hashCode() * GOLDEN) >>> shift;
        }

        private void grow() {
            T[] oldSlots = slots;
            int[] oldReferences = references;
            slots = Arrays.copyOf(oldSlots, oldSlots.length * 2);
            Arrays.fill(slots, null);
            references = new int[slots.length];
            int mask = slots.length - 1;
            for (int i = 0; i < oldSlots.length; i++) {
                T thing = oldSlots[i];
                if (thing != null) {
                    int at = home(thing);
                    while (slots[at] != null) {
                        at = at + 1 & mask;
                    }
                    slots[at] = thing;
                    references[at] = oldReferences[i];
                }
            }
        }
    }
}
