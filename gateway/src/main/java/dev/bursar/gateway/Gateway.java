package dev.bursar.gateway;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.breaker.Breakers;
import dev.bursar.gateway.cache.AnswerCache;
import dev.bursar.gateway.cache.ToolResults;
import dev.bursar.gateway.embedding.Embedder;
import dev.bursar.gateway.ladder.WaitingRoom;
import dev.bursar.gateway.routing.ComplexityClassifier;
import dev.bursar.gateway.routing.Health;
import dev.bursar.gateway.routing.KeyRing;
import dev.bursar.pricing.PriceBook;
import dev.bursar.pricing.TokenEstimator;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes model calls: identifies the caller, holds what a call may cost, forwards it, relays the answer
/// and settles. Event loops only move bytes; the story of a call is on a virtual thread.
///
/// The server around it answers `Expect: 100-continue` by itself and sets no idle timeout on
/// connections, as a model may think in silence.
public final class Gateway implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /// Calls at a time. Each takes about the size of its request's body, and some 10 KB.
    public static final int MAX_CALLS = 20_000;

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);
    private static final Duration CLOSE_STEP = Duration.ofMillis(20);
    private static final int OVERLOAD_RETRY_SECONDS = 1;

    /// Calls that wait for room keep at most this part of the room for bodies from the others.
    private static final int WAITING_SHARE = 4;

    /// So long a call waits for the meaning of its text. One that is not told by then is compared by nothing.
    private static final Duration MEANING_PATIENCE = Duration.ofMillis(250);

    private final Identities identities;
    private final TokenEstimator tokens = new TokenEstimator();
    private final Exchanges exchanges = new Exchanges();
    private final Embedder embedder = new Embedder();
    private final AnswerCache cache;
    private final ToolResults toolResults;
    private final ToolCalls toolCalls;
    private final AtomicInteger calls = new AtomicInteger();
    private final BodyBytes bodies;
    private final Margins margins;
    private final long ticks;
    private volatile Wiring wiring;
    private volatile boolean closing;

    /// @param meter told what the journal does not know
    /// @param margins goes on learning
    public Gateway(
            Vertx vertx,
            Authority authority,
            PriceBook book,
            Identities identities,
            GatewaySettings settings,
            InstantSource clock,
            GatewayMeter meter,
            Margins margins) {
        this(
                vertx,
                authority,
                book,
                identities,
                settings,
                clock,
                meter,
                margins,
                new BodyBytes(BodyBytes.bound()),
                new BackgroundResponses(BackgroundResponses.Pace.USUAL, BackgroundResponses.MOST));
    }

    Gateway(
            Vertx vertx,
            Authority authority,
            PriceBook book,
            Identities identities,
            GatewaySettings settings,
            InstantSource clock,
            GatewayMeter meter,
            Margins margins,
            BodyBytes bodies,
            BackgroundResponses background) {
        this.identities = identities;
        this.bodies = bodies;
        this.margins = margins;
        this.cache =
                new AnswerCache(settings.caches(), text -> embedder.embed(text, MEANING_PATIENCE));
        this.toolResults = new ToolResults(settings.caches());
        this.wiring =
                new Wiring(
                        vertx,
                        new Upstream(vertx),
                        authority,
                        settings,
                        new Routes(settings, book),
                        new Estimator(tokens, settings, margins),
                        clock,
                        new CallIds(clock),
                        meter,
                        new Settler(authority),
                        identities,
                        new Breakers(),
                        new WaitingRoom(bodies.most() / WAITING_SHARE),
                        cache,
                        new Health(),
                        KeyRing.empty().with(settings.keys()),
                        new ComplexityClassifier(embedder),
                        new ResponseOwners(ResponseOwners.MOST),
                        background);
        this.toolCalls =
                new ToolCalls(
                        authority,
                        book,
                        settings,
                        clock,
                        meter,
                        tenant -> this.wiring.waiting().roomMade(tenant));
        this.ticks =
                vertx.setPeriodic(WaitingRoom.TICK.toMillis(), _ -> this.wiring.waiting().tick());
        prepare(settings);
    }

    /// Loads what the first calls would wait for, without waiting itself. For the end of a start: the more that
    /// has to be recovered, the less may be done beside it.
    public void warmUp() {
        Thread.ofVirtual().name("tokenizer-preload").start(tokens::preload);
    }

    /// Whether a request is the gateway's to answer: everything below the prefixes of its dialects.
    /// Who serves another protocol below one of them, `/v1` for one, is to be asked before.
    public boolean accepts(HttpServerRequest request) {
        return Paths.dialect(request.path()) != null;
    }

    /// Whether a request that [#accepts] is true for is in a family of paths that are served, such as
    /// `/v1/chat`. At others it can only be told that there is nothing.
    public boolean isFamiliar(HttpServerRequest request) {
        return Paths.isFamiliar(request.path());
    }

    /// Answers a request that [#accepts] is true for. On the event loop of its connection, before
    /// anything was read of its body.
    public void handle(HttpServerRequest request) {
        Wiring with = wiring;
        Dialect dialect = Objects.requireNonNull(dialect(request));
        Client client = new Client(with.vertx(), request);
        try {
            if (asksForModels(request, dialect)) {
                identify(request, dialect);
                models(with, client, dialect);
                return;
            }
            Story story = story(with, client);
            Identity.Caller caller = identify(request, dialect);
            CallHeaders headers = CallHeaders.read(request.headers());
            Body.read(
                    with.vertx(),
                    client,
                    with.settings().maxBodyBytes(),
                    bodies,
                    body -> {
                        if (!begin(story.of(caller, headers, body), body.length)) {
                            refuse(with, client, dialect, overloaded());
                        }
                    },
                    refusal -> refuse(with, client, dialect, body(with, refusal)));
        } catch (RefusedException refused) {
            refuse(with, client, dialect, refused.denial());
        }
    }

    private static void models(Wiring with, Client client, Dialect dialect) {
        ModelList models =
                ModelList.of(dialect, with.settings(), with.routes(), with.clock().instant());
        Buffer json = models.at(Objects.requireNonNull(client.request().path()));
        client.answer(200, Map.of("Content-Type", "application/json"), json);
    }

    /// Uses other prices and settings for calls from now on.
    public void reconfigure(PriceBook book, GatewaySettings settings) {
        wiring = wiring.with(book, tokens, margins, settings);
        cache.reconfigure(settings.caches());
        toolResults.reconfigure(settings.caches());
        toolCalls.reconfigure(book, settings);
        prepare(settings);
    }

    /// The answers that are kept.
    public AnswerCache cache() {
        return cache;
    }

    /// What agents keep of their tools.
    public ToolResults toolResults() {
        return toolResults;
    }

    /// What agents spend on tools.
    public ToolCalls toolCalls() {
        return toolCalls;
    }

    /// Loads only what the settings need.
    private void prepare(GatewaySettings settings) {
        if (settings.caches().comparesMeaning()) {
            embedder.preload();
        }
        if (settings.routing().needsClassifier()) {
            wiring.classifier().prepare();
        }
    }

    /// How many calls are open.
    public int calls() {
        return calls.get();
    }

    /// How many of them wait until their budgets have room.
    public int waiting() {
        return wiring.waiting().waiting();
    }

    /// How many responses go on at their providers, whose calls have ended.
    public int background() {
        return wiring.background().open();
    }

    /// Refuses new calls and those that wait for room, waits some seconds for open ones, cuts the rest, and
    /// returns when every hold is settled or the authority does not answer. The holds of responses in the
    /// background stay, and are charged when their time is over. Close it before the authority.
    @Override
    public void close() {
        closing = true;
        Wiring with = wiring;
        with.vertx().cancelTimer(ticks);
        with.waiting().close();
        boolean quiet = await(() -> calls.get() == 0 && with.settler().open() == 0);
        if (!quiet) {
            LOG.warn("cutting open calls: calls={}", calls.get());
            exchanges.abort();
            await(() -> calls.get() == 0 && with.settler().open() == 0);
        }
        with.background().close();
        await(() -> with.background().open() == 0 && with.settler().open() == 0);
        with.upstream().close();
        embedder.close();
    }

    private static boolean asksForModels(HttpServerRequest request, Dialect dialect) {
        String path = request.path();
        return path != null
                && (request.method().equals(HttpMethod.GET)
                        || request.method().equals(HttpMethod.HEAD))
                && ModelList.isAt(dialect, path);
    }

    /// Two SDKs list models at the same path; Anthropic's names the version of its API.
    private static @Nullable Dialect dialect(HttpServerRequest request) {
        Dialect dialect = Paths.dialect(request.path());
        return dialect == Dialect.OPENAI
                        && asksForModels(request, dialect)
                        && request.headers().contains("anthropic-version")
                ? Dialect.ANTHROPIC
                : dialect;
    }

    /// What a request begins, once its caller is known and its body is here.
    private interface Story {
        Runnable of(Identity.Caller caller, CallHeaders headers, byte[] body);
    }

    private Story story(Wiring with, Client client) {
        HttpServerRequest request = client.request();
        StoredPath stored = StoredPath.read(request.path());
        if (stored != null) {
            admit(request, stored.methods());
            return (caller, headers, body) ->
                    new StoredCall(with, exchanges, client, stored, caller.tenant(), headers, body);
        }
        Target target = Paths.target(request.path());
        if (target == null) {
            throw new RefusedException(
                    Refusal.NOT_FOUND,
                    "there is nothing at " + request.method() + " " + request.path());
        }
        admit(request, List.of(HttpMethod.POST));
        return target.operation().free()
                ? (caller, headers, body) ->
                        new FreeCall(
                                with, exchanges, client, target, caller.tenant(), headers, body)
                : (caller, headers, body) ->
                        new Call(with, exchanges, client, target, caller, headers, body);
    }

    private void admit(HttpServerRequest request, List<HttpMethod> methods) {
        if (asksForWebSocket(request)) {
            throw new RefusedException(
                    Refusal.PLAIN_HTTP_ONLY,
                    request.path() + " is served over plain HTTP, not as a WebSocket");
        }
        if (!methods.contains(request.method())) {
            String taken =
                    methods.stream().map(HttpMethod::name).collect(Collectors.joining(" and "));
            throw new RefusedException(
                    Refusal.METHOD_NOT_ALLOWED, request.path() + " takes " + taken + " only");
        }
        if (closing || calls.get() >= MAX_CALLS) {
            throw new RefusedException(overloaded());
        }
    }

    /// Agents that would rather stream so go over to plain HTTP at once when told, and else try for seconds.
    private static boolean asksForWebSocket(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET)
                && request.headers().contains("upgrade", "websocket", true);
    }

    private Denial overloaded() {
        return Denial.later(
                Refusal.OVERLOADED,
                closing ? "the gateway is shutting down" : "too many calls at a time",
                OVERLOAD_RETRY_SECONDS);
    }

    private Identity.Caller identify(HttpServerRequest request, Dialect dialect) {
        List<String> secrets = new ArrayList<>(CallHeaders.secrets(request.headers()));
        String inQuery = dialect == Dialect.GEMINI ? QueryKey.of(request.query()) : null;
        if (inQuery != null) {
            secrets.add(inQuery);
        }
        Identity last = null;
        for (String secret : secrets) {
            last = identities.identify(secret);
            if (last instanceof Identity.Caller caller) {
                return caller;
            }
        }
        throw refusal(last);
    }

    private static RefusedException refusal(@Nullable Identity identity) {
        return switch (identity) {
            case null ->
                    new RefusedException(
                            Refusal.KEY_MISSING,
                            "no key: send it as Authorization: Bearer, x-api-key or X-Bursar-Key");
            case Identity.Suspended suspended ->
                    new RefusedException(Refusal.KEY_SUSPENDED, suspended.message());
            case Identity.Unknown _, Identity.Caller _ ->
                    new RefusedException(Refusal.KEY_UNKNOWN, "the key is not known here");
        };
    }

    /// Counts first and looks at the bounds then, so that [#close] sees every call that begins.
    private boolean begin(Runnable call, long bodyBytes) {
        if (calls.incrementAndGet() > MAX_CALLS || closing) {
            ended(bodyBytes);
            return false;
        }
        Thread.startVirtualThread(() -> {
            try {
                call.run();
            } finally {
                ended(bodyBytes);
            }
        });
        return true;
    }

    private void ended(long bodyBytes) {
        bodies.give(bodyBytes);
        calls.decrementAndGet();
    }

    private Denial body(Wiring with, Refusal refusal) {
        return switch (refusal) {
            case BODY_TOO_LARGE -> {
                long most = Math.min(with.settings().maxBodyBytes(), bodies.most());
                yield Denial.of(refusal, "body: is larger than " + most + " bytes", "body");
            }
            case OVERLOADED ->
                    Denial.later(
                            refusal,
                            "too many bytes of requests at a time",
                            OVERLOAD_RETRY_SECONDS);
            default -> Denial.of(refusal, "body: did not arrive in time", "body");
        };
    }

    private static void refuse(Wiring with, Client client, Dialect dialect, Denial denial) {
        new Replies(client, dialect, with.settings()).deny(denial, with.ids().next());
        Body.discard(with.vertx(), client.request());
    }

    private static boolean await(BooleanSupplier done) {
        long end = System.nanoTime() + CLOSE_PATIENCE.toNanos();
        try {
            while (!done.getAsBoolean()) {
                if (System.nanoTime() > end) {
                    return false;
                }
                Thread.sleep(CLOSE_STEP);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
