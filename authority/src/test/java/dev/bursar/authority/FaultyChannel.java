package dev.bursar.authority;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/// An open file of a [FaultyDisk].
final class FaultyChannel extends FileChannel {

    private final FileChannel real;
    private final FaultyDisk.Steps steps;
    private final String name;

    FaultyChannel(FileChannel real, FaultyDisk.Steps steps, String name) {
        this.real = real;
        this.steps = steps;
        this.name = name;
    }

    private void before(String what) throws IOException {
        steps.before(what + " " + name);
    }

    private void beforeLooking(String what) throws IOException {
        steps.beforeLooking(what + " " + name);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        try {
            before("write");
        } catch (IOException e) {
            real.write(from.slice(from.position(), from.remaining() / 2));
            throw e;
        }
        return real.write(from);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
        before("write");
        return real.write(from, position);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        before("write");
        return real.write(from, offset, length);
    }

    @Override
    public void force(boolean metaData) throws IOException {
        before("sync");
        real.force(metaData);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        before("truncate");
        real.truncate(size);
        return this;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        beforeLooking("read");
        return real.read(into);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        beforeLooking("read");
        return real.read(into, position);
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        beforeLooking("read");
        return real.read(into, offset, length);
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        beforeLooking("look at");
        return real.size();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target)
            throws IOException {
        beforeLooking("read");
        return real.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count)
            throws IOException {
        before("write");
        return real.transferFrom(source, position, count);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        return real.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return real.lock(position, size, shared);
    }

    @Override
    public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }
}
