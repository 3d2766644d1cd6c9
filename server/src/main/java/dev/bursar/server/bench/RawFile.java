package dev.bursar.server.bench;

import dev.bursar.ledger.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The least that durable batches cost: many callers, one thread that appends what they gave to a file,
/// syncs it once, and wakes them. Nothing is decided, encoded, checked or found again.
final class RawFile implements AutoCloseable {

    /// As in a batch of the authority.
    private static final int MAX_BATCH = 1_024;

    private final FileChannel file;
    private final AtomicReference<@Nullable Write> top = new AtomicReference<>();
    private final Thread appender;
    private volatile boolean closed;
    private volatile int bytesPerWrite = 64;

    private static final class Write {
        private final Command command;
        private final Thread caller = Thread.currentThread();
        private @Nullable Write below;
        private volatile boolean done;

        Write(Command command) {
            this.command = command;
        }
    }

    RawFile(Path path) throws IOException {
        this.file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.appender = Thread.ofPlatform().name("raw-appender").daemon().start(this::appendAll);
    }

    void bytesPerWrite(int bytes) {
        bytesPerWrite = bytes;
    }

    /// Returns once as many bytes as a command has in the journal are durable.
    void write(Command command) {
        Write write = new Write(command);
        Write below;
        do {
            below = top.get();
            write.below = below;
        } while (!top.compareAndSet(below, write));
        if (below == null) {
            LockSupport.unpark(appender);
        }
        while (!write.done) {
            LockSupport.park(this);
        }
    }

    private void appendAll() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        Write[] batch = new Write[MAX_BATCH];
        Write rest = null;
        while (!closed) {
            if (rest == null) {
                rest = top.getAndSet(null);
            }
            if (rest == null) {
                LockSupport.park(this);
                continue;
            }
            int count = 0;
            while (rest != null && count < MAX_BATCH) {
                batch[count++] = rest;
                rest = rest.below;
            }
            append(buffer, batch, count);
            for (int i = 0; i < count; i++) {
                Write write = batch[i];
                write.done = true;
                LockSupport.unpark(write.caller);
            }
        }
    }

    private void append(ByteBuffer buffer, Write[] batch, int count) {
        byte[] payload = new byte[bytesPerWrite];
        buffer.clear();
        for (int i = 0; i < count && buffer.remaining() >= payload.length; i++) {
            payload[0] = (byte) (batch[i].command instanceof Command.Reserve ? 'R' : 'C');
            buffer.put(payload);
        }
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            file.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        LockSupport.unpark(appender);
        try {
            appender.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        file.close();
    }
}
