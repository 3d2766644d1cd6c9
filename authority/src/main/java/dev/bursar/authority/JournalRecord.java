package dev.bursar.authority;

import dev.bursar.ledger.Entry;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/// One batch as it is stored: entries `first` to `first + count - 1` in one block.
final class JournalRecord {

    private final long first;
    private final int count;
    private final int checksum;
    private final Chain chain;
    private final byte[] payload;

    /// @param checksum see [#checksum]
    /// @param chain the hash of this record
    /// @param payload not copied: nobody changes it
    JournalRecord(long first, int count, int checksum, Chain chain, byte[] payload) {
        this.first = first;
        this.count = count;
        this.checksum = checksum;
        this.chain = chain;
        this.payload = payload;
    }

    /// A record that follows the one with a hash.
    static JournalRecord after(Chain before, long first, int count, byte[] payload) {
        return new JournalRecord(
                first,
                count,
                checksum(first, count, payload),
                before.next(first, count, payload),
                payload);
    }

    /// CRC-32C of the position (8 bytes), the count (4) and the payload, so that a good payload in the
    /// wrong place is seen, too.
    static int checksum(long first, int count, byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(12).putLong(first).putInt(count).flip());
        crc.update(payload);
        return (int) crc.getValue();
    }

    long first() {
        return first;
    }

    int count() {
        return count;
    }

    int checksum() {
        return checksum;
    }

    Chain chain() {
        return chain;
    }

    /// Not to be changed.
    byte[] payload() {
        return payload;
    }

    /// The position of the entry after this record.
    long end() {
        return first + count;
    }

    /// Bytes of the payload.
    int size() {
        return payload.length;
    }

    boolean intact() {
        return count > 0 && checksum == checksum(first, count, payload);
    }

    /// Whether the record is the one that was written after the record with that hash.
    boolean follows(Chain before) {
        return chain.equals(before.next(first, count, payload));
    }

    /// @throws AuthorityException when the payload is not what the count says
    List<Entry> entries() {
        return EntryCodec.read(payload, count);
    }
}
