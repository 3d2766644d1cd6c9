package dev.bursar.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.authority.Authority;
import dev.bursar.authority.AuthoritySettings;
import dev.bursar.authority.JournalReader;
import dev.bursar.ledger.Balance;
import dev.bursar.ledger.Budget;
import dev.bursar.ledger.BudgetId;
import dev.bursar.ledger.Command;
import dev.bursar.ledger.Entry;
import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.ledger.Unit;
import dev.bursar.ledger.Window;
import dev.bursar.pricing.Price;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.Rates;
import dev.bursar.pricing.TokenClass;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// A gateway with a real authority on a directory, a fake provider, and a client: all on real ports.
final class House {

    /// How long a test waits for what another thread does: long enough for the slowest machine.
    static final Duration PATIENCE = Duration.ofSeconds(30);

    static final TenantId ACME = new TenantId("acme");
    static final String KEY = "bursar-key-of-acme";
    static final TenantId OTHER = new TenantId("other");
    static final String OTHER_KEY = "bursar-key-of-other";

    /// Per 1M tokens: 1 USD of input, 2 USD of output, so 100 and 200 microcents a token.
    static final Price PRICE =
            Price.of(
                    "openai",
                    "house-model",
                    Instant.EPOCH,
                    Rates.of(
                            Map.of(
                                    TokenClass.INPUT, 100_000_000L,
                                    TokenClass.OUTPUT, 200_000_000L,
                                    TokenClass.CACHE_READ, 10_000_000L)));

    static final PriceBook BOOK =
            PriceBook.empty()
                    .with(
                            List.of(
                                    PRICE,
                                    Price.of(
                                            "anthropic",
                                            "house-model",
                                            Instant.EPOCH,
                                            PRICE.rates()),
                                    Price.of("gemini", "house-model", Instant.EPOCH, PRICE.rates()),
                                    Price.of(
                                            "bedrock",
                                            "acme.house-model-v1:0",
                                            Instant.EPOCH,
                                            PRICE.rates())));

    /// Asks for responses in the background as if time was short.
    static final BackgroundResponses.Pace EAGER =
            new BackgroundResponses.Pace(Duration.ofMillis(5), Duration.ofMillis(20));

    final Vertx vertx = Vertx.vertx();
    final FakeProvider provider;
    final Authority authority;
    final BodyBytes bodies;
    final Gateway gateway;
    final HttpServer server;

    /// How many connections of clients are open, as the gateway has seen it.
    final AtomicInteger connections = new AtomicInteger();

    final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    final AtomicInteger estimated = new AtomicInteger();
    final AtomicInteger unpriced = new AtomicInteger();
    final AtomicInteger overheads = new AtomicInteger();
    private int budgets;

    /// What the gateway asks about keys.
    volatile Identities identities = House::identify;

    final Margins margins = new Margins();

    /// What happens when the gateway counts a call that was settled by an estimate.
    volatile Runnable whenEstimated = estimated::incrementAndGet;

    House(Path data) throws Exception {
        this(data, new BodyBytes(BodyBytes.bound()), AuthoritySettings.DEFAULT);
    }

    House(Path data, BodyBytes bodies, AuthoritySettings settings) throws Exception {
        this(data, bodies, settings, new BackgroundResponses(EAGER, BackgroundResponses.MOST));
    }

    House(Path data, BodyBytes bodies, AuthoritySettings settings, BackgroundResponses background)
            throws Exception {
        this.bodies = bodies;
        provider = new FakeProvider(vertx);
        authority = Authority.open(data, settings, InstantSource.system());
        gateway =
                new Gateway(
                        vertx,
                        authority,
                        BOOK,
                        secret -> identities.identify(secret),
                        settings(),
                        InstantSource.system(),
                        meter(),
                        margins,
                        bodies,
                        background);
        server =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setPort(0)
                                        .setHost("127.0.0.1")
                                        .setHandle100ContinueAutomatically(true))
                        .connectionHandler(connection -> {
                            connections.incrementAndGet();
                            connection
                                    .exceptionHandler(_ -> {})
                                    .closeHandler(_ -> connections.decrementAndGet());
                        })
                        .requestHandler(request -> {
                            if (gateway.accepts(request)) {
                                gateway.handle(request);
                            } else {
                                request.response().setStatusCode(404).end();
                            }
                        })
                        .listen()
                        .await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    GatewaySettings settings() {
        return settings(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(60));
    }

    GatewaySettings settings(Duration answer, Duration idle, Duration call) {
        Duration connect = Duration.ofSeconds(5);
        Map<String, ProviderSettings> providers = new TreeMap<>();
        providers.put(
                "openai",
                ProviderSettings.of("openai", Dialect.OPENAI, provider.uri("/v1"), "sk-provider")
                        .withTimeouts(connect, answer, idle, call));
        providers.put(
                "anthropic",
                ProviderSettings.of("anthropic", Dialect.ANTHROPIC, provider.uri(""), "sk-ant")
                        .withTimeouts(connect, answer, idle, call));
        providers.put(
                "gemini",
                ProviderSettings.of("gemini", Dialect.GEMINI, provider.uri(""), "g-provider")
                        .withTimeouts(connect, answer, idle, call));
        providers.put(
                "bedrock",
                ProviderSettings.of("bedrock", Dialect.BEDROCK, provider.uri(""), "aws-provider")
                        .withTimeouts(connect, answer, idle, call));
        return GatewaySettings.of(providers);
    }

    private static Identity identify(String secret) {
        return switch (secret) {
            case KEY -> new Identity.Caller(ACME, "ci", new TreeMap<>(Map.of("team", "core")));
            case OTHER_KEY -> new Identity.Caller(OTHER, "ci", new TreeMap<>());
            case "narrow" ->
                    new Identity.Caller(
                            ACME,
                            "narrow",
                            new TreeMap<>(Map.of("agent", "bot")),
                            ScopePath.parse("tenant:acme/agent:bot"));
            case "suspended" -> new Identity.Suspended("acme is suspended");
            default -> new Identity.Unknown();
        };
    }

    private GatewayMeter meter() {
        return new GatewayMeter() {
            @Override
            public void overhead(long nanos) {
                assertThat(nanos).isNotNegative();
                overheads.incrementAndGet();
            }

            @Override
            public void unpriced(String provider, String model) {
                unpriced.incrementAndGet();
            }

            @Override
            public void unpricedTool(String tool) {
                unpriced.incrementAndGet();
            }

            @Override
            public void estimated(String provider, String model) {
                whenEstimated.run();
            }
        };
    }

    /// A hard budget for life, over all of the tenant.
    BudgetId budget(String name, Unit unit, long limit) {
        return budget(name, List.of(), unit, limit, new Window.Life(), Budget.Mode.HARD);
    }

    BudgetId budget(
            String name, List<String> per, Unit unit, long limit, Window window, Budget.Mode mode) {
        return budget(new BudgetId("b" + ++budgets), name, per, unit, limit, window, mode);
    }

    BudgetId budget(
            BudgetId id,
            String name,
            List<String> per,
            Unit unit,
            long limit,
            Window window,
            Budget.Mode mode,
            Budget.Step... steps) {
        authority.submit(
                new Command.DefineBudget(
                        new Budget(
                                id,
                                ACME,
                                name,
                                new TreeMap<>(),
                                per,
                                unit,
                                limit,
                                window,
                                mode,
                                List.of(steps))));
        return id;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.actualPort() + path);
    }

    HttpRequest.Builder request(String path, String body) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(PATIENCE.multipliedBy(2))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return send(request(path, body));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /// Every entry of the journal, in order.
    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        long after = 0;
        for (; ; ) {
            List<JournalReader.Positioned> page = authority.journal().read(after, 1_000);
            if (page.isEmpty()) {
                return entries;
            }
            page.forEach(positioned -> entries.add(positioned.entry()));
            after = page.getLast().position();
        }
    }

    <T extends Entry> List<T> entries(Class<T> kind) {
        return entries().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// Waits for the settled record of the only call.
    Entry.Committed committed() throws Exception {
        await(() -> !entries(Entry.Committed.class).isEmpty());
        return entries(Entry.Committed.class).getLast();
    }

    Entry.Released released() throws Exception {
        await(() -> !entries(Entry.Released.class).isEmpty());
        return entries(Entry.Released.class).getLast();
    }

    long held() {
        return authority.budgets().stream()
                .flatMap(budget -> authority.balances(budget.id(), 1_000).stream())
                .mapToLong(Balance::held)
                .sum();
    }

    long spent(BudgetId budget) {
        return authority.balances(budget, 1_000).stream().mapToLong(Balance::spent).sum();
    }

    /// Waits until the gateway has seen that its clients have hung up, and what it does at once has begun.
    void awaitHangUp() throws Exception {
        await(() -> connections.get() == 0);
    }

    /// Waits until calls have ended: a client has its answer a moment before.
    void awaitEnded() throws Exception {
        await(() -> gateway.calls() == 0);
    }

    /// Looks again until it is so.
    static void await(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            Thread.onSpinWait();
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    void close() throws Exception {
        http.close();
        server.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        gateway.close();
        authority.close();
        provider.close();
        vertx.close().await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
