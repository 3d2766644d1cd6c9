package dev.bursar.server.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What a running server leaves in its data directory for the command line: where it is, and a token
/// that is good until it ends. Only the owner of the directory may read it, who may read the journal
/// as well.
///
/// @param pid of the server's process
/// @param token opens `/api`
record RunFile(long pid, String url, String token) {

    private static final String NAME = "server.json";

    private static final int TOKEN_BYTES = 32;

    static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final JsonMapper JSON = new JsonMapper();

    static String newToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /// The server that runs on a data directory, if one does.
    static Optional<RunFile> find(Path data) {
        try {
            RunFile file = JSON.readValue(Files.readString(data.resolve(NAME)), RunFile.class);
            boolean alive = ProcessHandle.of(file.pid()).map(ProcessHandle::isAlive).orElse(false);
            return alive ? Optional.of(file) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | JacksonException e) {
            throw new CliException(data.resolve(NAME) + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /// Writes it as a whole: a reader sees the old one or the new one.
    void write(Path data) throws IOException {
        Path fresh = Files.createTempFile(data, NAME, ".new", OWNER_ONLY);
        Files.writeString(fresh, JSON.writeValueAsString(this), StandardCharsets.UTF_8);
        Files.move(fresh, data.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    static void delete(Path data) throws IOException {
        Files.deleteIfExists(data.resolve(NAME));
    }

    /// Without the token.
    @Override
    public String toString() {
        return "RunFile[" + pid + ", " + url + "]";
    }
}
