package dev.bursar.server;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.gateway.Gateway;
import dev.bursar.gateway.Margins;
import dev.bursar.pricing.PriceBook;
import dev.bursar.server.config.Config;
import dev.bursar.server.config.ConfigException;
import dev.bursar.server.cycles.Cycles;
import dev.bursar.server.dashboard.Dashboard;
import dev.bursar.server.directory.Action;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.http.Notary;
import dev.bursar.server.http.Routes;
import dev.bursar.server.http.Tenants;
import dev.bursar.server.http.WebServer;
import dev.bursar.usage.Meters;
import dev.bursar.usage.Usage;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole server in one process: everything is built here by hand, top to bottom, and closed in
/// reverse.
public final class Server implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private static final String USAGE_FILE = "usage.duckdb";

    /// How long event loops may take to end that have nothing left to do.
    private static final long CLOSE_SECONDS = 10;

    /// How many changes of a reload the audit log names.
    private static final int MAX_SAID = 100;

    /// What is open, the last first.
    private final Deque<AutoCloseable> opened;

    private final AtomicBoolean stopping = new AtomicBoolean();
    private final Options options;

    private final Authority authority;
    private final Directory directory;
    private final Notary notary;
    private final Optional<String> newAdminToken;
    private final Usage usage;
    private final Gateway gateway;
    private final WebServer web;

    private volatile Config config;
    private volatile PriceBook prices;

    /// How a server is started, beside its configuration.
    ///
    /// @param file where the configuration was read from and is read again, or null when it is in memory
    /// @param environment of `${NAME}` in the file
    /// @param overrides what the command line says instead of the file, at each reading of it
    /// @param open whether the dashboard needs no sign-in from this machine: for the demo
    /// @param localToken opens `/api` for the command line on this machine
    public record Options(
            @Nullable Path file,
            Map<String, String> environment,
            UnaryOperator<Config> overrides,
            boolean open,
            String localToken) {

        /// Without secrets.
        @Override
        public String toString() {
            return "Options[" + file + ", open=" + open + "]";
        }
    }

    private Server(Config config, Options options, Deque<AutoCloseable> opened) {
        this.config = config;
        this.opened = opened;
        this.options = options;
        InstantSource clock = InstantSource.system();
        PrometheusRegistry registry = new PrometheusRegistry();
        JvmMetrics.builder().register(registry);
        WebServer.Listening listening =
                new WebServer.Listening(config.server().host(), config.server().port(), loops());
        WebServer.requireFree(listening);
        ServerMeters meters = new ServerMeters(registry, new Meters(registry));
        meters.expose(config.gateway().providers().keySet());

        // Beside the recovery, which may take a while.
        CompletableFuture<Vertx> loading = CompletableFuture.supplyAsync(Server::vertx);
        open(() -> loading.join().close().await(CLOSE_SECONDS, TimeUnit.SECONDS));
        authority =
                open(
                        Authority.open(
                                config.data(),
                                AuthoritySettings.DEFAULT.withMeter(meters.authority()),
                                clock));
        directory = open(Directory.open(config.data(), config.adminToken(), clock));
        directory.declare(config);
        new DeclaredBudgets(authority, Actor.CONFIGURATION).declare(config.budgets());
        new Tenants(directory, authority).finish();
        notary = new Notary(directory, authority);
        notary.tell();
        new BudgetGauge(authority).register(registry);
        prices = config.priceBook();
        usage =
                open(
                        Usage.open(
                                config.data().resolve(USAGE_FILE),
                                authority.journal(),
                                registry,
                                clock));

        authority.keepFor(usage);
        Duration archiveAfter = config.server().archiveAfter();
        if (archiveAfter != null) {
            open(new ArchiveKeeper(authority, notary, archiveAfter, clock));
        }

        Vertx vertx = loading.join();
        Margins margins = new Margins();
        open(new MarginsFile(config.data(), margins));
        gateway =
                open(
                        new Gateway(
                                vertx,
                                authority,
                                prices,
                                directory,
                                config.gateway(),
                                clock,
                                meters.gateway(),
                                margins));
        new CacheMeters(gateway.cache(), gateway.toolResults()).register(registry);
        Dashboard dashboard =
                new Dashboard(
                        usage,
                        authority,
                        (provider, model, at) -> prices.find(provider, model, at),
                        this::zone,
                        clock);
        Routes routes =
                open(
                        new Routes(
                                vertx,
                                new Routes.Needs(
                                        authority,
                                        usage,
                                        directory,
                                        gateway.cache(),
                                        gateway.toolResults(),
                                        margins,
                                        gateway.toolCalls(),
                                        registry,
                                        clock,
                                        options.localToken(),
                                        options.open(),
                                        stopping::get,
                                        this::reload,
                                        dashboard.files(),
                                        dashboard::mount)));
        Cycles cycles = open(new Cycles(vertx, authority, usage, directory, clock));
        web =
                open(
                        WebServer.open(
                                vertx,
                                listening,
                                request -> cycles.accepts(request) || gateway.accepts(request),
                                calls(cycles, gateway),
                                identified(cycles, routes.handler()),
                                cycles::unreadable));
        gateway.warmUp();
        open(HeapKeeper.start());
        newAdminToken = directory.tokens().firstAdminToken();
    }

    /// Starts. When anything fails, what was opened is closed again.
    ///
    /// @throws RuntimeException of the module that cannot start; its message says what to do
    public static Server start(Config config, Options options) {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return new Server(config, options, opened);
        } catch (RuntimeException e) {
            closeAll(opened);
            throw e;
        }
    }

    /// The address of the dashboard.
    public String url() {
        return web.url();
    }

    public int port() {
        return web.port();
    }

    public Authority authority() {
        return authority;
    }

    public Directory directory() {
        return directory;
    }

    public Usage usage() {
        return usage;
    }

    /// The administrator's token, when it was made at this start.
    public Optional<String> newAdminToken() {
        return newAdminToken;
    }

    /// Reads the configuration again and puts it in force, for calls from now on. A mistake in it changes
    /// nothing.
    ///
    /// @param by who wants it
    /// @return what changed, or needs a restart
    /// @throws ConfigException when the file has a mistake, or there is none
    public synchronized List<String> reload(Actor by) {
        Path file = options.file();
        if (file == null) {
            throw new ConfigException("started without a configuration file");
        }
        Config fresh = options.overrides().apply(Config.read(file, options.environment()));
        PriceBook book = fresh.priceBook();
        List<String> changes = new ArrayList<>(directory.declare(fresh));
        notary.tell();
        Actor configuration = Actor.CONFIGURATION.with(by.trail());
        changes.addAll(new DeclaredBudgets(authority, configuration).declare(fresh.budgets()));
        directory.tokens().configure(fresh.adminToken());
        prices = book;
        gateway.reconfigure(book, fresh.gateway());
        changes.addAll(inForce(fresh));
        changes.addAll(atNextStart(fresh));
        fresh.notes().forEach(note -> LOG.warn("event=config_note {}", note));
        config = fresh.withServer(config.server()).withData(config.data());
        notary.note(
                by,
                null,
                Action.CONFIGURATION_RELOAD,
                file.toString(),
                Map.of("changes", said(changes)));
        LOG.info("event=reloaded file={} changes={}", file, changes.size());
        return changes;
    }

    /// Both have paths below `/v1`. One that neither knows is told in the form of whose client asks.
    private static Handler<HttpServerRequest> calls(Cycles cycles, Gateway gateway) {
        return request -> {
            if (cycles.accepts(request)
                    || (cycles.isOfAClient(request) && !gateway.isFamiliar(request))) {
                cycles.handle(request);
            } else {
                gateway.handle(request);
            }
        };
    }

    private static Handler<HttpServerRequest> identified(
            Cycles cycles, Handler<HttpServerRequest> routes) {
        return request -> {
            cycles.identify(request);
            routes.handle(request);
        };
    }

    /// Over all tenants, the one they share, else UTC.
    private ZoneId zone(String tenant) {
        Config.Tenant known = config.tenants().get(tenant);
        if (known != null) {
            return known.zone();
        }
        List<ZoneId> zones =
                config.tenants().values().stream().map(Config.Tenant::zone).distinct().toList();
        return tenant.isEmpty() && zones.size() == 1 ? zones.getFirst() : ZoneId.of("UTC");
    }

    /// What changed beside tenants, keys and budgets. Never a secret.
    private List<String> inForce(Config fresh) {
        List<String> changes = new ArrayList<>();
        if (!fresh.gateway().equals(config.gateway())) {
            changes.add("changed providers, models or routes");
        }
        if (!fresh.prices().equals(config.prices()) || !fresh.tools().equals(config.tools())) {
            changes.add("changed prices");
        }
        if (!Objects.equals(fresh.adminToken(), config.adminToken())) {
            changes.add(
                    fresh.adminToken() == null
                            ? withoutAdminToken()
                            : "changed the administrator's token");
        }
        return changes;
    }

    /// The file's token is good no more, as it may have been taken out because somebody else knows it. Without
    /// another one nobody is locked out: the command line on this machine needs none.
    private String withoutAdminToken() {
        if (directory.tokens().hasAdministrator()) {
            return "removed the administrator's token: the one of the first start is good again";
        }
        String how =
                "./bursar tokens create makes one of the role admin, and the next start the"
                        + " administrator's";
        LOG.warn("event=no_administrator_token {}", how);
        return "removed the administrator's token, and none was made at a first start: " + how;
    }

    /// As the audit log has it.
    private static String said(List<String> changes) {
        String said = String.join("; ", changes.stream().limit(MAX_SAID).toList());
        return changes.size() <= MAX_SAID
                ? said
                : said + "; and " + (changes.size() - MAX_SAID) + " more";
    }

    private List<String> atNextStart(Config fresh) {
        List<String> changes = new ArrayList<>();
        if (!fresh.server().equals(config.server())) {
            changes.add("server changes at the next start");
        }
        if (!fresh.data().equals(config.data())) {
            changes.add("data changes at the next start: " + fresh.data());
        }
        return changes;
    }

    /// Stops accepting, lets calls end within bounds, settles, writes a checkpoint.
    @Override
    public void close() {
        if (stopping.compareAndSet(false, true)) {
            closeAll(opened);
        }
    }

    private <T extends AutoCloseable> T open(T part) {
        opened.push(part);
        return part;
    }

    private static void closeAll(Deque<AutoCloseable> opened) {
        while (!opened.isEmpty()) {
            AutoCloseable part = opened.pop();
            try {
                part.close();
            } catch (Exception | LinkageError e) {
                // Classes that nobody needed before are missing once the jar was replaced.
                LOG.error("event=close_failed part={}", part.getClass().getSimpleName(), e);
            }
        }
    }

    /// Twice as many event loops as cores: they only move bytes, and one that is late must not hold up
    /// all connections.
    private static int loops() {
        return 2 * Runtime.getRuntime().availableProcessors();
    }

    /// Nothing is served from files, so no cache of them is made in the temporary directory.
    private static Vertx vertx() {
        return Vertx.vertx(
                new VertxOptions()
                        .setEventLoopPoolSize(loops())
                        .setPreferNativeTransport(true)
                        .setFileSystemOptions(
                                new FileSystemOptions()
                                        .setClassPathResolvingEnabled(false)
                                        .setFileCachingEnabled(false)));
    }
}
