package dev.bursar.e2e;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A client library in JavaScript: a process of Node that takes tasks line by line.
final class NodeLibrary implements ClientLibrary {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final int TIMEOUT_SECONDS = 60;

    private static final Map<Task.Does, String> METHODS =
            Map.of(
                    Task.Does.ANSWER, "answer",
                    Task.Does.STREAM, "stream",
                    Task.Does.CALL_TOOL, "callTool",
                    Task.Does.GO_AWAY, "goAway",
                    Task.Does.EMBED, "embed");

    private final Process process;
    private final BufferedReader lines;
    private final BufferedWriter tasks;

    /// @param client the name of its module, and after `#` the variant of it
    /// @param url the address of the server
    NodeLibrary(Node node, String client, String url) {
        ProcessBuilder builder =
                new ProcessBuilder(
                                node.executable().toString(), "serve.mjs", client, url, Setup.KEY)
                        .directory(Node.SCRIPTS.toFile())
                        .redirectError(
                                Path.of("target", "node-" + client.replace('#', '-') + ".log")
                                        .toFile());
        // Clients read keys, base URLs and switches of debugging from the environment.
        builder.environment().keySet().retainAll(Set.of("PATH", "HOME", "BURSAR_E2E_TRACE"));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lines = process.inputReader(StandardCharsets.UTF_8);
        tasks = process.outputWriter(StandardCharsets.UTF_8);
        next();
    }

    @Override
    public Seen perform(Task task) {
        try {
            tasks.write(
                    JSON.writeValueAsString(
                            Map.of(
                                    "does", METHODS.get(task.does()),
                                    "run", task.run(),
                                    "model", task.model(),
                                    "prompt", task.prompt(),
                                    "headers", task.headers())));
            tasks.newLine();
            tasks.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        JsonNode seen = next();
        JsonNode error = seen.path("error");
        return new Seen(
                seen.path("text").asString(),
                seen.path("finish").asString(ClientCase.UNSEEN),
                error.isNull()
                        ? null
                        : new Surface(
                                error.path("class").asString(),
                                error.path("status").asInt(0),
                                error.path("code").asString(""),
                                error.path("budget").asString("")));
    }

    private JsonNode next() {
        CompletableFuture<String> line =
                CompletableFuture.supplyAsync(this::readLine, Thread::startVirtualThread);
        try {
            return JSON.readTree(line.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException | ExecutionException e) {
            process.destroyForcibly();
            throw new AssertionError("Node said nothing more; see target/node-*.log", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String readLine() {
        try {
            String line = lines.readLine();
            if (line == null) {
                throw new IllegalStateException("Node has ended");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
