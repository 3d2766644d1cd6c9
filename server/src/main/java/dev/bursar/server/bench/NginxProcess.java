package dev.bursar.server.bench;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// An nginx that passes everything on to the provider, as somebody would set it up who wants no more than
/// that: one worker, connections to the provider are kept, nothing is buffered or logged.
final class NginxProcess implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    private final Process process;
    private final int port;

    private NginxProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// `BURSAR_NGINX`, or the nginx of the `PATH` or of the places for daemons, or empty.
    static Optional<Path> find() {
        List<Path> places = new ArrayList<>();
        String named = System.getenv("BURSAR_NGINX");
        if (named != null && !named.isEmpty()) {
            places.add(Path.of(named));
        }
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
        for (String directory : path.split(File.pathSeparator, -1)) {
            if (!directory.isEmpty()) {
                places.add(Path.of(directory, "nginx"));
            }
        }
        return places.stream().filter(Files::isExecutable).findFirst();
    }

    /// Starts it and waits until it accepts connections.
    ///
    /// @param directory where its configuration, log and temporary files go
    /// @param connections at once, on each side
    /// @throws IllegalStateException when there is no nginx, or it does not start
    static NginxProcess start(Path directory, int providerPort, int connections)
            throws IOException, InterruptedException {
        Path nginx =
                find().orElseThrow(() ->
                        new IllegalStateException(
                                "there is no nginx on the PATH: install the package nginx"));
        Path own = Files.createDirectories(directory.toAbsolutePath().resolve("nginx"));
        int port = ServerProcess.freePort();
        Path file = own.resolve("nginx.conf");
        Files.writeString(file, configuration(port, providerPort, connections));
        Path log = own.resolve("error.log");
        Process process =
                new ProcessBuilder(
                                nginx.toString(),
                                "-e",
                                log.toString(),
                                "-p",
                                own.toString(),
                                "-c",
                                file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(own.resolve("out.log").toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        NginxProcess started = new NginxProcess(process, port);
        try {
            started.awaitReady(own.resolve("out.log"));
        } catch (IllegalStateException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /// Every path is below the prefix that nginx is started with.
    static String configuration(int port, int providerPort, int connections) {
        return """
        worker_processes 1;
        daemon off;
        pid nginx.pid;
        error_log error.log;
        events { worker_connections %d; }
        http {
          access_log off;
          tcp_nodelay on;
          client_body_buffer_size 64k;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          keepalive_requests 1000000000;
          upstream provider {
            server 127.0.0.1:%d;
            keepalive %d;
            keepalive_requests 1000000000;
          }
          server {
            listen 127.0.0.1:%d backlog=1024;
            location / {
              proxy_pass http://provider;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_buffering off;
            }
          }
        }
        """
                .formatted(4 * connections + 64, providerPort, connections, port);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /// CPU time, user and system, of the master and its worker.
    long cpuNanos() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .mapToLong(one -> one.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
                .sum();
    }

    /// The master ends its worker before itself.
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitReady(Path output) throws IOException, InterruptedException {
        long end = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!accepts()) {
            if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
                throw new IllegalStateException(
                        "nginx did not start:\n" + Files.readString(output).strip());
            }
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
