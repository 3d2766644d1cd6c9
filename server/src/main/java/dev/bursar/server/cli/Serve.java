package dev.bursar.server.cli;

import dev.bursar.authority.AuthoritySettings;
import dev.bursar.authority.Backup;
import dev.bursar.server.Server;
import dev.bursar.server.config.Config;
import dev.bursar.server.config.ConfigException;
import dev.bursar.server.config.EffectiveConfig;
import dev.bursar.server.directory.Actor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `bursar serve`.
@Command(
        name = "serve",
        description = "Start the server and run until SIGTERM or Ctrl-C; SIGHUP reloads.")
final class Serve implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(Serve.class);

    @Spec private CommandSpec spec;

    @Mixin private Place place;

    @Option(names = "--port", paramLabel = "PORT", description = "0 is any free one")
    private @Nullable Integer port;

    @Option(
            names = "--restore",
            paramLabel = "FILE",
            description = "start on this backup; the data directory must be empty")
    private @Nullable Path restore;

    Serve() {
        spec = CommandSpec.create();
        place = new Place();
    }

    @Override
    public Integer call() throws InterruptedException {
        long begin = System.nanoTime();
        CountDownLatch asked = new CountDownLatch(1);
        Signals.handle("TERM", asked::countDown);
        Signals.handle("INT", asked::countDown);
        UnaryOperator<Config> overrides =
                read -> {
                    Config config = place.overridden(read);
                    return port == null ? config : config.withPort(checked(port));
                };
        Config config = overrides.apply(place.config());
        Path file = place.file();
        if (restore != null) {
            Backup.Contents contents =
                    Backup.restore(restore, config.data(), AuthoritySettings.DEFAULT.limits());
            LOG.info(
                    "event=restored backup={} position={} chain={} made_at={}",
                    restore,
                    contents.position(),
                    contents.chain(),
                    contents.madeAt());
        }
        EffectiveConfig.lines(config).forEach(line -> LOG.info("event=config {}", line));
        config.notes().forEach(note -> LOG.warn("event=config_note {}", note));
        String token = RunFile.newToken();
        Server.Options options = new Server.Options(file, System.getenv(), overrides, false, token);
        try (Server server = Server.start(config, options)) {
            Signals.handle("HUP", () -> reload(server));
            RunFile run = new RunFile(ProcessHandle.current().pid(), server.url(), token);
            run.write(config.data());
            LOG.info(
                    "event=started url={} data={} config={} millis={}",
                    server.url(),
                    config.data(),
                    file == null ? "defaults" : file,
                    Duration.ofNanos(System.nanoTime() - begin).toMillis());
            greet(server, config);
            asked.await();
            LOG.info("event=stopping");
            RunFile.delete(config.data());
        } catch (IOException e) {
            throw new CliException(config.data() + " is not writable: " + e.getMessage(), e);
        }
        LOG.info("event=stopped");
        return 0;
    }

    private static void reload(Server server) {
        try {
            server.reload(Actor.COMMAND_LINE);
        } catch (ConfigException e) {
            LOG.error("event=reload_refused problem=\"{}\"", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("event=reload_failed", e);
        }
    }

    /// What a person who just started it wants to know next.
    private void greet(Server server, Config config) {
        PrintWriter out = spec.commandLine().getOut();
        String tenant = config.tenants().firstKey();
        out.println("Bursar is at " + server.url());
        server.newAdminToken()
                .ifPresent(made -> out.println("Administrator's token, shown this once: " + made));
        if (server.directory().keys(null).stream().allMatch(key -> key.revoked() != null)) {
            out.println("Make a key for an agent: bursar keys create --tenant " + tenant + " NAME");
        }
        out.flush();
    }

    private static int checked(int port) {
        if (port < 0 || port > 65_535) {
            throw new CliException("--port must be 0 to 65535: " + port);
        }
        return port;
    }
}
