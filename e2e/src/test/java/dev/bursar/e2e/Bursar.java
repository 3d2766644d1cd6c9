package dev.bursar.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The real jar as a process of its own: a server, or one command run to its end.
final class Bursar implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    /// Calls that are open may go on for a while before it stops.
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /// Below those that systems give to outgoing connections: nobody gets one between the choice and the
    /// start of the server, or between its death and the next start.
    private static final int FIRST_PORT = 20_000;

    private static final int LAST_PORT = 32_000;

    /// Where the next search begins; another process begins elsewhere.
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT));

    /// Numbers the logs of commands.
    private static final AtomicInteger COMMANDS = new AtomicInteger();

    private final Process process;
    private final int port;
    private final Path log;

    private Bursar(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /// How a command ended and what it printed, on both streams.
    record Ended(int exitCode, String output) {}

    /// Starts `serve` and waits until it is ready.
    ///
    /// @param home gets the log; the configuration's data goes where it says
    static Bursar serve(Path home, Setup setup) {
        return serve(home, setup, jar());
    }

    /// The same from another jar.
    static Bursar serve(Path home, Setup setup, Path jar) {
        Path log = home.resolve("server.log");
        Process process = launch(home, log, jar, "serve", "-c", setup.write(home).toString());
        Bursar bursar = new Bursar(process, setup.port(), log);
        bursar.awaitReady();
        return bursar;
    }

    /// Starts `demo` and waits until its server is ready.
    static Bursar demo(Path home) {
        int port = freePort();
        Path log = home.resolve("demo.log");
        Process process = launch(home, log, jar(), "demo", "--no-open", "--port", "" + port);
        Bursar bursar = new Bursar(process, port, log);
        bursar.awaitReady();
        return bursar;
    }

    /// Runs a command to its end.
    static Ended run(Path home, String... arguments) {
        Path log = home.resolve("command-" + COMMANDS.incrementAndGet() + ".log");
        Process process = launch(home, log, jar(), arguments);
        try {
            if (!process.waitFor(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("did not end: " + List.of(arguments) + text(log));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new Ended(process.exitValue(), text(log));
    }

    private static Process launch(Path home, Path log, Path jar, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        jar.toString()));
        command.addAll(List.of(arguments));
        try {
            return new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The one under test.
    static Path jar() {
        Path jar =
                Path.of(System.getProperty("bursar.jar", "../server/target/bursar.jar"))
                        .toAbsolutePath()
                        .normalize();
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("pack the server first: no " + jar);
        }
        return jar;
    }

    /// A port that nothing listens on now, another each time.
    static int freePort() {
        for (int tries = FIRST_PORT; tries < LAST_PORT; tries++) {
            int port = NEXT_PORT.getAndUpdate(one -> one < LAST_PORT ? one + 1 : FIRST_PORT);
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (BindException e) {
                // In use: the next, perhaps.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new IllegalStateException("no free port");
    }

    int port() {
        return port;
    }

    /// Without a slash at the end.
    String url() {
        return "http://127.0.0.1:" + port;
    }

    String get(String path) {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(uri(path)).GET());
        if (answer.statusCode() != 200) {
            throw new AssertionError(path + " answered " + answer.statusCode());
        }
        return answer.body();
    }

    /// Asks with a key or token, and takes any answer.
    HttpResponse<String> ask(String path, String token) {
        return send(HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + token));
    }

    /// Posts JSON.
    ///
    /// @param key null for none
    /// @param headers alternating names and values
    HttpResponse<String> post(String path, @Nullable String key, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .timeout(Duration.ofSeconds(60))
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    private URI uri(String path) {
        return URI.create(url() + path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The sum of a metric's samples whose labels contain all of `labels`, like `decision="deny"`.
    double metric(String name, String... labels) {
        return get("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> List.of(labels).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /// `kill -9`.
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /// Asks it to stop and waits.
    @Override
    public void close() {
        process.destroy();
        awaitEnd();
    }

    /// Everything it has printed.
    String output() {
        return text(log);
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the server did not stop:\n" + output());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitReady() {
        Await.until(
                START_TIMEOUT,
                "the server is ready",
                () -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("the server did not start:\n" + output());
                    }
                    return ready();
                });
    }

    private boolean ready() {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri("/health/ready")).build();
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
