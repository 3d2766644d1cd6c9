package dev.bursar.usage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The copy of DuckDB's native library that its driver unpacks for each process, 70 MB in the directory of
/// temporary files. The driver deletes it when the process ends by itself, so each `kill -9` would leave
/// one behind. It is mapped once loaded and does not need its name any more: on Linux, where the process
/// can see its own mappings, the name is removed at once.
final class UnpackedLibrary {

    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    private static final String NAME = "libduckdb_java";

    private static final Logger LOG = LoggerFactory.getLogger(UnpackedLibrary.class);

    private UnpackedLibrary() {}

    static void unlink() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        try {
            for (String mapping : mappings()) {
                int path = mapping.indexOf('/');
                Path file = path < 0 ? null : Path.of(mapping.substring(path));
                if (file != null && file.startsWith(temporary)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.info("unpacked library stays until the process ends", e);
        }
    }

    /// The mappings of the library, as the kernel writes them: the path is the last field, followed by
    /// `(deleted)` when its name is gone. None where the system does not tell.
    static List<String> mappings() throws IOException {
        if (!Files.isReadable(MAPPINGS)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(MAPPINGS)) {
            return lines.filter(line -> line.contains(NAME)).toList();
        }
    }
}
