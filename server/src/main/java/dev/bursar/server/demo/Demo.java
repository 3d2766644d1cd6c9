package dev.bursar.server.demo;

import dev.bursar.server.config.Config;
import dev.bursar.usage.Usage;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `bursar demo`: the whole server on a loopback port, with agents and a provider that are simulated,
/// and what it does, live in the terminal. All figures come from the server's own read model.
public final class Demo {

    public static final int DEFAULT_PORT = 7878;

    private static final long SEED = 7;

    /// Answers after 150 ms, then 4 tokens every 12 ms.
    private static final Simulation PACE = Simulation.IMMEDIATE.withPace(150, 12);

    private static final Duration LAST_ENTRIES = Duration.ofSeconds(3);

    private static final Logger LOG = LoggerFactory.getLogger(Demo.class);

    /// @param duration how long it runs, null for until it is interrupted
    /// @param port null for the default one, or a free one when that is in use; 0 for any free one
    /// @param open whether to show the dashboard in a browser, where there is one
    public record Options(@Nullable Duration duration, @Nullable Integer port, boolean open) {}

    /// A started server, as far as the demo needs one.
    public interface Server extends AutoCloseable {
        Usage usage();

        @Override
        void close();
    }

    /// Starts the same server that `bursar serve` starts, its dashboard open to this machine without a
    /// sign-in.
    @FunctionalInterface
    public interface Launcher {
        Server launch(Config config);
    }

    private final Options options;
    private final Terminal terminal;
    private final InstantSource clock = InstantSource.system();

    /// What was started, the last first.
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    private Demo(Options options, PrintStream out) {
        this.options = options;
        this.terminal = Terminal.of(out);
    }

    /// Runs the demo until its time is over or the process is asked to end.
    ///
    /// @return the exit code: 0, or 1 when the port is taken or the server did not start
    public static int run(Options options, Launcher launcher, PrintStream out, PrintStream err) {
        Demo demo = new Demo(options, out);
        Thread hook = Thread.ofPlatform().unstarted(demo::stop);
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            demo.play(launcher);
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        } catch (IOException | RuntimeException e) {
            LOG.debug("demo failed", e);
            err.println("bursar demo: " + e.getMessage());
            return 1;
        } finally {
            demo.stop();
            forget(hook);
        }
    }

    private void play(Launcher launcher) throws IOException, InterruptedException {
        int port = port();
        Path data = Files.createTempDirectory("bursar-demo");
        begin(() -> deleteAll(data));
        Vertx vertx = Vertx.vertx();
        begin(() -> vertx.close().await());
        String providerKey = secret();
        SimulatedProvider provider =
                begin(SimulatedProvider.start(vertx, 0, PACE.withKey(providerKey)));
        Map<String, String> keys =
                Stream.of("support", "research", "coding")
                        .collect(Collectors.toMap(name -> name, name -> secret()));
        String text = DemoConfig.text(port, data, provider, providerKey, keys);
        Server server = begin(launcher.launch(Config.parse("demo", text, Map.of())));
        URI url = URI.create("http://127.0.0.1:" + port);
        terminal.say("Bursar is at " + url + "   (stop with Ctrl-C)");
        if (options.open()) {
            terminal.openBrowser(url);
        }
        awaitOpen(server.usage());
        Fleet fleet = begin(new Fleet(url, keys, SEED));
        Instant start = clock.instant();
        fleet.start();
        watch(server.usage(), fleet, start, url.toString());
        fleet.close();
        awaitFollower(server.usage());
        Duration elapsed = Duration.between(start, clock.instant());
        DemoFigures figures = figures(server.usage(), fleet, start);
        terminal.end(DemoScreen.summary(figures, elapsed, url + "/", terminal.size()));
    }

    private void watch(Usage usage, Fleet fleet, Instant start, String url)
            throws InterruptedException {
        long told = 0;
        while (pause(start)) {
            DemoFigures figures = figures(usage, fleet, start);
            Duration elapsed = Duration.between(start, clock.instant());
            if (terminal.redraws()) {
                terminal.draw(DemoScreen.picture(figures, elapsed, url, terminal.size()));
                continue;
            }
            terminal.say(DemoScreen.line(figures, elapsed));
            figures.stopped().stream()
                    .skip(told)
                    .forEach(stopped -> DemoScreen.story(stopped).forEach(terminal::say));
            told = figures.stopped().size();
        }
    }

    /// Waits for the next picture.
    ///
    /// @return whether there is one: not when the time is over
    private boolean pause(Instant start) throws InterruptedException {
        Duration pause = terminal.pause();
        if (options.duration() != null) {
            Duration left = options.duration().minus(Duration.between(start, clock.instant()));
            if (left.compareTo(pause) <= 0) {
                Thread.sleep(left.isNegative() ? Duration.ZERO : left);
                return false;
            }
        }
        Thread.sleep(pause);
        return true;
    }

    private DemoFigures figures(Usage usage, Fleet fleet, Instant start) {
        return DemoFigures.read(usage, start, clock.instant(), fleet.runaways());
    }

    private static void awaitOpen(Usage usage) throws InterruptedException {
        while (usage.health().starting()) {
            Thread.sleep(Duration.ofMillis(20));
        }
    }

    private static void awaitFollower(Usage usage) throws InterruptedException {
        long end = System.nanoTime() + LAST_ENTRIES.toNanos();
        while (usage.lag() > 0 && System.nanoTime() < end) {
            Thread.sleep(Duration.ofMillis(20));
        }
    }

    private int port() throws IOException {
        Integer wanted = options.port();
        if (wanted != null && wanted == 0) {
            return anyPort();
        }
        int port = wanted == null ? DEFAULT_PORT : wanted;
        if (free(port)) {
            return port;
        }
        if (wanted != null) {
            throw new IOException("port " + port + " is in use; choose another with --port");
        }
        int other = anyPort();
        terminal.say("Port " + port + " is in use; taking " + other + ".");
        return other;
    }

    private static int anyPort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static String secret() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return "demo-" + HexFormat.of().formatHex(random);
    }

    private <T extends AutoCloseable> T begin(T resource) {
        synchronized (started) {
            started.push(resource);
        }
        return resource;
    }

    /// Closes what was started, in reverse. Also runs when the process is interrupted.
    private void stop() {
        synchronized (started) {
            while (!started.isEmpty()) {
                try {
                    started.pop().close();
                } catch (Exception e) {
                    LOG.warn("could not close", e);
                }
            }
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending: the hook runs or has run
        }
    }

    private static void deleteAll(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> inside = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : inside) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
