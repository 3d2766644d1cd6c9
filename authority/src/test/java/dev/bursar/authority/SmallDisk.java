package dev.bursar.authority;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/// A real file system of a few mebibytes, in memory, that can be filled up.
///
/// It takes `mount` and the right to use it, which is root's on most machines; a test that cannot have it
/// is skipped and says so.
final class SmallDisk implements AutoCloseable {

    private static final long TIMEOUT_SECONDS = 20;
    private static final int BLOCK_BYTES = 4_096;

    private final Path path;
    private final Path ballast;

    private SmallDisk(Path path) {
        this.path = path;
        this.ballast = path.resolve("ballast");
    }

    static SmallDisk mount(Path on, int mebibytes) throws IOException {
        Files.createDirectories(on);
        String options = "size=" + mebibytes + "m,mode=700";
        boolean mounted = run("mount", "-t", "tmpfs", "-o", options, "bursar-test", on.toString());
        assumeTrue(mounted, "a small file system cannot be mounted here: that takes root on Linux");
        return new SmallDisk(on);
    }

    private static boolean run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // there is no such command
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    Path path() {
        return path;
    }

    /// Writes a file that leaves about so many bytes free.
    void fillUpTo(long free) throws IOException {
        try (FileChannel out =
                FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (Files.getFileStore(path).getUsableSpace() > free) {
                out.write(ByteBuffer.allocate(BLOCK_BYTES));
            }
        }
    }

    void makeRoom() throws IOException {
        Files.delete(ballast);
    }

    @Override
    public void close() throws IOException {
        if (!run("umount", "--lazy", path.toString())) {
            throw new IOException("cannot unmount " + path);
        }
    }
}
