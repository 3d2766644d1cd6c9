package dev.bursar.authority;

import dev.bursar.authority.AuthorityException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The folder of one authority, held by one process at a time. Made for its owner only.
///
/// The lock is the operating system's lock on `bursar.lock`; it goes with the process, however that
/// ends. The number in the file is only there to be shown.
final class DataDirectory implements AutoCloseable {

    private static final String LOCK_FILE = "bursar.lock";

    /// Bytes of the lock file that are read to name the holder.
    private static final int MAX_HOLDER_BYTES = 32;

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /// Creates the folder when it is missing, and locks it.
    ///
    /// @throws AuthorityException of kind `EXTERNAL`, naming the folder
    static DataDirectory lock(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        create(absolute);
        try {
            return locked(absolute);
        } catch (IOException e) {
            throw notWritable(absolute, e);
        }
    }

    private static DataDirectory locked(Path path) throws IOException {
        Path file = path.resolve(LOCK_FILE);
        Private.createFile(file);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        DataDirectory locked = null;
        try {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                throw new AuthorityException(
                        Kind.EXTERNAL,
                        "data directory " + path + " is in use by " + holder(channel));
            }
            channel.truncate(0);
            byte[] holder =
                    Long.toString(ProcessHandle.current().pid())
                            .getBytes(StandardCharsets.US_ASCII);
            channel.write(ByteBuffer.wrap(holder), 0);
            locked = new DataDirectory(path, channel, lock);
            return locked;
        } finally {
            if (locked == null) {
                channel.close(); // and with it goes the lock
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(MAX_HOLDER_BYTES);
        channel.read(content, 0);
        String pid = new String(content.array(), 0, content.position(), StandardCharsets.US_ASCII);
        return pid.isEmpty() ? "another process" : "process " + pid;
    }

    private static void create(Path path) {
        try {
            Private.createDirectory(path);
        } catch (IOException e) {
            String why =
                    e instanceof FileAlreadyExistsException
                            ? " is not a directory"
                            : " cannot be created: " + e.getMessage();
            throw new AuthorityException(Kind.EXTERNAL, "data directory " + path + why, e);
        }
        try {
            path.getFileSystem().provider().checkAccess(path, AccessMode.WRITE);
        } catch (IOException e) {
            throw notWritable(path, e);
        }
    }

    private static AuthorityException notWritable(Path path, IOException cause) {
        String why =
                cause instanceof AccessDeniedException
                        ? "" // it says the path only
                        : ": " + cause.getMessage();
        return new AuthorityException(
                Kind.EXTERNAL, "data directory " + path + " is not writable" + why, cause);
    }

    Path path() {
        return path;
    }

    /// All that is in a folder, in no order. Unlike the streams of the platform it fails as anything else
    /// does when the disk fails half way.
    static List<Path> list(Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(all::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return all;
    }

    /// Makes new, renamed and deleted names in a folder durable.
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new AuthorityException(Kind.EXTERNAL, "cannot unlock data directory " + path, e);
        }
    }
}
