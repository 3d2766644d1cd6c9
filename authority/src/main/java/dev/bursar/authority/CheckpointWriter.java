package dev.bursar.authority;

import dev.bursar.ledger.StateRecord;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Writes a checkpoint file: a head, chunks of state records, and an end that says how many there were.
///
/// ```
/// file  = magic position(8) chain(32) chunk* end
/// chunk = length(4) count(4) checksum(4) payload      checksum over number, count and payload
/// end   = 0(4) records(8) checksum(4)                 checksum over position, chain and records
/// ```
final class CheckpointWriter {

    /// "BRSRCKP2": the last character is the format.
    static final long MAGIC = 0x42525352_434B5032L;

    /// A chunk is closed when it has this many bytes. What is read of it takes ten times as much, and all of
    /// that is in memory before the first of it has become state: the fewer, the less a collection copies.
    private static final int CHUNK_BYTES = 1 << 16;

    private CheckpointWriter() {}

    /// Writes and syncs the file; its name is not yet durable.
    ///
    /// @param chain the hash of the record that ends with the position
    /// @return how many records
    static long write(Path file, long position, Chain chain, Stream<StateRecord> states)
            throws IOException {
        Private.createFile(file);
        try (PacedFile sink = PacedFile.of(file);
                DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(sink, 1 << 16))) {
            out.writeLong(MAGIC);
            out.writeLong(position);
            out.write(chain.bytes());
            long records = writeChunks(out, states.iterator());
            out.writeInt(0);
            out.writeLong(records);
            out.writeInt(endChecksum(position, chain, records));
            out.flush();
            sink.sync();
            return records;
        }
    }

    private static long writeChunks(DataOutputStream out, Iterator<StateRecord> states)
            throws IOException {
        WireWriter block = new WireWriter();
        long records = 0;
        for (int number = 0; states.hasNext(); number++) {
            block.start();
            int count = 0;
            while (states.hasNext() && block.size() < CHUNK_BYTES) {
                StateCodec.write(block, states.next());
                count++;
            }
            byte[] payload = block.toByteArray();
            out.writeInt(payload.length);
            out.writeInt(count);
            out.writeInt(chunkChecksum(number, count, payload));
            out.write(payload);
            records += count;
        }
        return records;
    }

    static int chunkChecksum(int number, int count, byte[] payload) {
        return JournalRecord.checksum(number, count, payload);
    }

    static int endChecksum(long position, Chain chain, long records) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(position).putLong(records).flip());
        crc.update(chain.bytes());
        return (int) crc.getValue();
    }
}
