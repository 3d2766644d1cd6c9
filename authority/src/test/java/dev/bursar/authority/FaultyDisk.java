package dev.bursar.authority;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A real folder, seen through a file system that tells of every change before it makes it, and of every
/// look at a file or a folder: so that a test can have it fail, or look at what is there by then. What SQLite
/// does goes by it: that opens files by their name.
final class FaultyDisk extends FileSystemProvider {

    private final Steps steps;
    private final FileSystem files = new View();

    /// What is asked before each change and each look.
    interface Steps {

        /// @param what is about to happen, and to which file: `rename checkpoint-7.tmp`
        /// @throws IOException for the change to fail; of a write, half has been made
        void before(String what) throws IOException;

        /// @param what is about to be opened, read, listed or looked at: `read checkpoint-7.bin`
        /// @throws IOException for that to fail
        default void beforeLooking(String what) throws IOException {}
    }

    /// The same, for steps of which one kind fails only.
    interface Looks {

        /// As [Steps#beforeLooking].
        void before(String what) throws IOException;

        default Steps asSteps() {
            return new Steps() {
                @Override
                public void before(String what) {}

                @Override
                public void beforeLooking(String what) throws IOException {
                    Looks.this.before(what);
                }
            };
        }
    }

    FaultyDisk(Steps steps) {
        this.steps = steps;
    }

    /// The same folder on this disk.
    Path on(Path real) {
        return new Place(this, real);
    }

    private static Path real(Path path) {
        return path instanceof Place place ? place.real() : path;
    }

    private static FileSystemProvider below(Path path) {
        return real(path).getFileSystem().provider();
    }

    private void before(String what, Path path) throws IOException {
        steps.before(what + " " + path.getFileName());
    }

    private void beforeLooking(String what, Path path) throws IOException {
        steps.beforeLooking(what + " " + path.getFileName());
    }

    @Override
    public FileChannel newFileChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        beforeOpening(path, options);
        beforeLooking("open", path);
        FileChannel channel = below(path).newFileChannel(real(path), options, attributes);
        return new FaultyChannel(channel, steps, path.getFileName().toString());
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return newFileChannel(path, options, attributes);
    }

    private void beforeOpening(Path path, Set<? extends OpenOption> options) throws IOException {
        boolean creates =
                options.contains(StandardOpenOption.CREATE)
                        || options.contains(StandardOpenOption.CREATE_NEW);
        if (creates && Files.notExists(real(path))) {
            before("create", path);
        } else if (options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
            before("empty", path);
        }
    }

    @Override
    public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
        if (Files.notExists(real(path))) {
            before("create", path);
        }
        below(path).createDirectory(real(path), attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
        if (Files.exists(real(path))) {
            before("delete", path);
        }
        below(path).delete(real(path));
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        before("rename", source);
        below(source).move(real(source), real(target), options);
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        before("copy", source);
        below(source).copy(real(source), real(target), options);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
            Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
        beforeLooking("list", path);
        DirectoryStream<Path> entries =
                below(path).newDirectoryStream(real(path), entry -> filter.accept(on(entry)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return new Listing(path, entries.iterator());
            }

            @Override
            public void close() throws IOException {
                entries.close();
            }
        };
    }

    /// The names in a folder, of which the disk may fail to read any but the first.
    private final class Listing implements Iterator<Path> {

        private final Path listed;
        private final Iterator<Path> entries;

        Listing(Path listed, Iterator<Path> entries) {
            this.listed = listed;
            this.entries = entries;
        }

        @Override
        public boolean hasNext() {
            return entries.hasNext();
        }

        @Override
        public Path next() {
            try {
                beforeLooking("list on", listed);
            } catch (IOException e) {
                throw new DirectoryIteratorException(e);
            }
            return on(entries.next());
        }
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        return below(one).isSameFile(real(one), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return below(path).isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        beforeLooking("look at", path);
        return below(path).getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        beforeLooking("look at", path);
        below(path).checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        return below(path).getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
            Path path, Class<A> type, LinkOption... options) throws IOException {
        beforeLooking("look at", path);
        return below(path).readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
            throws IOException {
        beforeLooking("look at", path);
        return below(path).readAttributes(real(path), names, options);
    }

    @Override
    public void setAttribute(Path path, String name, Object value, LinkOption... options)
            throws IOException {
        below(path).setAttribute(real(path), name, value, options);
    }

    @Override
    public String getScheme() {
        return "faulty";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return files;
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }

    /// A path of the disk, which reads like the real one.
    private record Place(FaultyDisk disk, Path real) implements Path {

        private @Nullable Path here(@Nullable Path other) {
            return other == null ? null : disk.on(other);
        }

        @Override
        public FileSystem getFileSystem() {
            return disk.files;
        }

        @Override
        public boolean isAbsolute() {
            return real.isAbsolute();
        }

        @Override
        public @Nullable Path getRoot() {
            return here(real.getRoot());
        }

        @Override
        public @Nullable Path getFileName() {
            return here(real.getFileName());
        }

        @Override
        public @Nullable Path getParent() {
            return here(real.getParent());
        }

        @Override
        public int getNameCount() {
            return real.getNameCount();
        }

        @Override
        public Path getName(int index) {
            return disk.on(real.getName(index));
        }

        @Override
        public Path subpath(int from, int to) {
            return disk.on(real.subpath(from, to));
        }

        @Override
        public boolean startsWith(Path other) {
            return real.startsWith(FaultyDisk.real(other));
        }

        @Override
        public boolean endsWith(Path other) {
            return real.endsWith(FaultyDisk.real(other));
        }

        @Override
        public Path normalize() {
            return disk.on(real.normalize());
        }

        @Override
        public Path resolve(Path other) {
            return disk.on(real.resolve(FaultyDisk.real(other)));
        }

        @Override
        public Path relativize(Path other) {
            return disk.on(real.relativize(FaultyDisk.real(other)));
        }

        @Override
        public URI toUri() {
            return real.toUri();
        }

        @Override
        public Path toAbsolutePath() {
            return disk.on(real.toAbsolutePath());
        }

        @Override
        public Path toRealPath(LinkOption... options) throws IOException {
            return disk.on(real.toRealPath(options));
        }

        @Override
        public File toFile() {
            return real.toFile();
        }

        @Override
        public WatchKey register(
                WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... how) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int compareTo(Path other) {
            return real.compareTo(FaultyDisk.real(other));
        }

        @Override
        public String toString() {
            return real.toString();
        }
    }

    private final class View extends FileSystem {

        private final FileSystem real = FileSystems.getDefault();

        @Override
        public FileSystemProvider provider() {
            return FaultyDisk.this;
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public String getSeparator() {
            return real.getSeparator();
        }

        @Override
        public Iterable<Path> getRootDirectories() {
            return List.of();
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            return real.getFileStores();
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return real.supportedFileAttributeViews();
        }

        @Override
        public Path getPath(String first, String... more) {
            return on(real.getPath(first, more));
        }

        @Override
        public PathMatcher getPathMatcher(String pattern) {
            PathMatcher matcher = real.getPathMatcher(pattern);
            return path -> matcher.matches(FaultyDisk.real(path));
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            return real.getUserPrincipalLookupService();
        }

        @Override
        public WatchService newWatchService() {
            throw new UnsupportedOperationException();
        }
    }
}
