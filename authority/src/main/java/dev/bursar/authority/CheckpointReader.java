package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import dev.bursar.ledger.StateRecord;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Reads a checkpoint file chunk by chunk; the counterpart of [CheckpointWriter].
final class CheckpointReader implements AutoCloseable {

    /// Far above what [CheckpointWriter] puts into a chunk, unless one record fills it.
    private static final int MAX_CHUNK_BYTES = 16 << 20;

    /// Chunks that are decoded or wait for it: enough that nobody waits, and few, because all of them are in
    /// memory at each collection.
    private static final int CHUNKS_AHEAD = 3;

    private final Path file;
    private final DataInputStream in;
    private final long position;
    private final Chain chain;
    private long records;
    private int chunk;

    private CheckpointReader(Path file, DataInputStream in, long position, Chain chain) {
        this.file = file;
        this.in = in;
        this.position = position;
        this.chain = chain;
    }

    /// @throws AuthorityException `EXTERNAL` when it cannot be read, `INTERNAL` when it is damaged
    static CheckpointReader open(Path file) {
        DataInputStream in = null;
        try {
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
            if (in.readLong() != CheckpointWriter.MAGIC) {
                in.close();
                throw new AuthorityException(Kind.INTERNAL, file + " is not a checkpoint");
            }
            long position = in.readLong();
            byte[] chain = new byte[Chain.BYTES];
            in.readFully(chain);
            return new CheckpointReader(file, in, position, Chain.of(chain));
        } catch (IOException e) {
            if (in != null) {
                closeQuietly(in);
            }
            throw unreadable(file, e);
        }
    }

    long position() {
        return position;
    }

    /// The hash of the journal's record that ends with the position. It is known to be good only when
    /// all records were read.
    Chain chain() {
        return chain;
    }

    /// All records, once. Reading them throws [AuthorityException] where the file is damaged.
    Stream<StateRecord> states() {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(
                        new States(), Spliterator.ORDERED | Spliterator.NONNULL),
                false);
    }

    /// Reads all records and keeps none: throws [AuthorityException] when the file is not whole.
    void readThrough() {
        states().forEach(state -> {});
    }

    /// Reads and checks the next chunk, and has it decoded beside the thread that takes the records.
    private @Nullable CompletableFuture<List<StateRecord>> nextChunk() {
        try {
            int length = in.readInt();
            if (length == 0) {
                checkEnd();
                return null;
            }
            if (length < 0 || length > MAX_CHUNK_BYTES) {
                throw damaged("a chunk of " + length + " bytes");
            }
            int count = in.readInt();
            int checksum = in.readInt();
            byte[] payload = in.readNBytes(length);
            if (payload.length != length
                    || checksum != CheckpointWriter.chunkChecksum(chunk, count, payload)) {
                throw damaged("checksum of chunk " + chunk + " differs");
            }
            chunk++;
            records += count;
            return CompletableFuture.supplyAsync(() -> StateCodec.read(payload, count));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private void checkEnd() throws IOException {
        if (in.readLong() != records
                || in.readInt() != CheckpointWriter.endChecksum(position, chain, records)) {
            throw damaged("it has " + records + " records, which is not what its end says");
        }
    }

    private AuthorityException damaged(String what) {
        return new AuthorityException(Kind.INTERNAL, file + " is damaged: " + what);
    }

    private static AuthorityException unreadable(Path file, IOException e) {
        return e instanceof EOFException
                ? new AuthorityException(Kind.INTERNAL, file + " is damaged: truncated", e)
                : new AuthorityException(
                        Kind.EXTERNAL, "cannot read " + file + ": " + e.getMessage(), e);
    }

    @Override
    public void close() {
        closeQuietly(in);
    }

    private static void closeQuietly(DataInputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            return; // nothing was written, so nothing is lost
        }
    }

    private final class States implements Iterator<StateRecord> {

        private final ArrayDeque<CompletableFuture<List<StateRecord>>> ahead = new ArrayDeque<>();
        private Iterator<StateRecord> current = List.<StateRecord>of().iterator();
        private boolean allRead;

        @Override
        public boolean hasNext() {
            while (!current.hasNext()) {
                readAhead();
                if (ahead.isEmpty()) {
                    return false;
                }
                current = decoded(ahead.remove()).iterator();
            }
            return true;
        }

        private void readAhead() {
            while (!allRead && ahead.size() < CHUNKS_AHEAD) {
                CompletableFuture<List<StateRecord>> chunk = nextChunk();
                if (chunk == null) {
                    allRead = true;
                } else {
                    ahead.add(chunk);
                }
            }
        }

        private static List<StateRecord> decoded(CompletableFuture<List<StateRecord>> chunk) {
            try {
                return chunk.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof AuthorityException damage ? damage : e;
            }
        }

        @Override
        public StateRecord next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return current.next();
        }
    }
}
