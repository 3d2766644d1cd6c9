package dev.bursar.authority;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A file system that keeps what was not synced in the memory of its own process, so that killing that
/// process is a power cut for whatever stands on it.
///
/// Its source is `tools/powercut/lazy.c` in the shared folder beside the repository, or in the one that
/// `BURSAR_SHARED` names. It is compiled with `gcc` against `fuse3`; a test that cannot have it is
/// skipped, and says what is missing.
final class LazyDisk implements AutoCloseable {

    private static final long TIMEOUT_SECONDS = 20;
    private static final long SECOND_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Process process;
    private final Path path;

    private LazyDisk(Process process, Path path) {
        this.process = process;
        this.path = path;
    }

    /// @return the program, in `into`
    static Path compile(Path into) throws IOException, InterruptedException {
        Path source = shared().resolve("tools/powercut/lazy.c");
        assumeTrue(Files.isRegularFile(source), "no power-cut simulator at " + source);
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "/dev/fuse cannot be used");
        String flags = output(into, "pkg-config", "--cflags", "--libs", "fuse3");
        assumeTrue(flags != null, "pkg-config knows no fuse3: install the package libfuse3-dev");
        Path program = into.resolve("lazy");
        String compiled =
                output(
                        into,
                        "sh",
                        "-c",
                        "exec gcc -w -O2 \"$1\" -o \"$2\" " + flags + " -lpthread",
                        "sh",
                        source.toString(),
                        program.toString());
        assumeTrue(compiled != null, "gcc cannot compile " + source);
        return program;
    }

    private static Path shared() {
        String named = System.getenv().getOrDefault("BURSAR_SHARED", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.isDirectory(root.resolve(".mvn"))) {
            root = root.getParent();
        }
        return root == null ? Path.of("none") : root.resolveSibling("shared");
    }

    /// Mounts a folder of the platter; what is synced ends there.
    static LazyDisk mount(Path program, Path platter, Path at)
            throws IOException, InterruptedException {
        Files.createDirectory(at);
        File log = at.resolveSibling(at.getFileName() + ".log").toFile();
        Process process =
                new ProcessBuilder(program.toString(), platter.toString(), at.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log)
                        .start();
        LazyDisk disk = new LazyDisk(process, at);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (process.isAlive() && !disk.isMounted() && System.nanoTime() < end) {
            LockSupport.parkNanos(SECOND_LOOK_NANOS);
        }
        if (!disk.isMounted()) {
            disk.close();
            assumeTrue(false, "cannot mount with fuse: " + Files.readString(log.toPath()).strip());
        }
        return disk;
    }

    private boolean isMounted() throws IOException {
        String mounted = " " + path + " fuse";
        return Files.readString(Path.of("/proc/mounts")).contains(mounted);
    }

    Path path() {
        return path;
    }

    /// From here on nothing reaches the platter any more.
    void cutPower() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        cutPower();
        try {
            if (isMounted()) {
                output(path.getParent(), "fusermount3", "-u", "-z", path.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// @return what a command printed, null when there is none or it failed
    private static @Nullable String output(@Nullable Path work, String... command)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile(work, "output", ".log");
        try {
            Process process =
                    new ProcessBuilder(List.of(command))
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            return process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Files.readString(log).strip()
                    : null;
        } catch (IOException e) {
            return null; // there is no such command
        }
    }
}
