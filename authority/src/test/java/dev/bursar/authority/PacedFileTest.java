package dev.bursar.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PacedFileTest {

    private static final int PART = PacedFile.SYNC_EVERY_BYTES / 4;

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<Integer> syncedAt = new ArrayList<>();

    @TempDir Path directory;

    @Test
    void write_ofMuch_syncsEachFewMegabytes() throws IOException {
        try (PacedFile file = new PacedFile(written, () -> syncedAt.add(written.size()))) {
            for (int i = 0; i < 9; i++) {
                file.write(new byte[PART]);
            }
            file.sync();
        }
        assertThat(syncedAt).containsExactly(4 * PART, 8 * PART, 9 * PART);
    }

    @Test
    void write_ofSingleBytes_countsThem() throws IOException {
        try (PacedFile file = new PacedFile(written, () -> syncedAt.add(written.size()))) {
            file.write(new byte[4 * PART - 1]);
            assertThat(syncedAt).isEmpty();
            file.write(7);
        }
        assertThat(syncedAt).containsExactly(4 * PART);
        assertThat(written.toByteArray()).endsWith(7);
    }

    @Test
    void write_whenASyncFails_failsAndDoesNotSyncAgain() throws IOException {
        try (PacedFile file =
                new PacedFile(
                        written,
                        () -> {
                            syncedAt.add(written.size());
                            throw new IOException("the disk is broken");
                        })) {
            assertThatThrownBy(() -> file.write(new byte[4 * PART]))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the disk is broken");
            file.write(1);
        }
        assertThat(syncedAt).hasSize(1);
    }

    @Test
    void of_aFile_writesIt() throws IOException {
        Path file = directory.resolve("a");
        try (PacedFile out = PacedFile.of(file)) {
            out.write(new byte[] {1, 2, 3});
            out.sync();
        }
        assertThat(Files.readAllBytes(file)).containsExactly(1, 2, 3);
    }
}
