package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.gateway.Margins;
import dev.bursar.gateway.ToolCalls;
import dev.bursar.gateway.cache.AnswerCache;
import dev.bursar.gateway.cache.ToolResults;
import dev.bursar.server.dashboard.view.Shell;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.usage.Usage;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/// Every route that is not a call of a model, on one router. Handlers run on virtual threads, may block,
/// and are kept to a bounded number at a time.
public final class Routes implements AutoCloseable {

    private static final int MAX_BODY_BYTES = 1024 * 1024;

    private static final int MAX_AT_A_TIME = 128;

    /// Every path that is not only for programs, and wants a sign-in: styles do not, or the sign-in would
    /// have none. A route that matches those as well would turn their
    /// wrong methods into unknown paths.
    private static final String PAGES =
            "(?!/(assets|api|v1|v1beta|openai|anthropic|gemini)(/|$)).*";

    private final Answers answers;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(MAX_AT_A_TIME);
    private final Sessions sessions;
    private final Router router;

    /// What the routes need.
    ///
    /// @param answers and `results`: the caches of the gateway
    /// @param tools what agents spend on tools
    /// @param localToken what the command line on this machine sends instead of the administrator's token
    /// @param open whether pages and readers of `/api` need no token: only ever on the loopback
    /// @param stopping whether the server has been asked to stop
    /// @param reload reads the configuration again and says what changed
    /// @param files of the pages' look
    /// @param pages adds the pages that people see
    public record Needs(
            Authority authority,
            Usage usage,
            Directory directory,
            AnswerCache answers,
            ToolResults results,
            Margins margins,
            ToolCalls tools,
            PrometheusRegistry registry,
            InstantSource clock,
            String localToken,
            boolean open,
            BooleanSupplier stopping,
            Function<Actor, List<String>> reload,
            Shell.Files files,
            Consumer<Router> pages) {

        /// Without the token.
        @Override
        public String toString() {
            return "Needs[open=" + open + "]";
        }
    }

    public Routes(Vertx vertx, Needs needs) {
        answers = new Answers(needs.files());
        sessions = new Sessions(needs.clock());
        router = Router.router(vertx);
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        router.route().handler(this::onAThreadOfItsOwn);
        router.route().failureHandler(answers::failure);
        for (int status : List.of(404, 406, 413, 415)) {
            router.errorHandler(status, context -> answers.problem(context, status, "", ""));
        }
        router.errorHandler(405, this::wrongMethod);
        mount(needs);
    }

    /// Takes every request that is not a call.
    public Handler<HttpServerRequest> handler() {
        return router;
    }

    /// The routes themselves, to compare them with what is said of them.
    List<Route> all() {
        return router.getRoutes();
    }

    /// Who is signed in.
    Sessions sessions() {
        return sessions;
    }

    /// Waits for handlers that still run.
    @Override
    public void close() {
        threads.close();
    }

    /// Names the methods that there are, as RFC 9110, section 15.5.6, wants it.
    private void wrongMethod(RoutingContext context) {
        Set<String> allowed = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            String path = route.getPath();
            if (route.methods() != null
                    && path != null
                    && context.normalizedPath().matches(path.replaceAll(":[a-z]+", "[^/]+"))) {
                route.methods().forEach(method -> allowed.add(method.name()));
            }
        }
        context.response().putHeader(HttpHeaders.ALLOW, String.join(", ", allowed));
        answers.problem(context, 405, "", "");
    }

    private void mount(Needs needs) {
        new Health(needs.authority(), needs.usage(), needs.stopping()).mount(router);
        new MetricsPage(needs.registry()).mount(router);

        Directory directory = needs.directory();
        Notary notary = new Notary(directory, needs.authority());
        RefusedAccess refused = new RefusedAccess(notary, needs.registry(), needs.clock());
        SignIn signIn = new SignIn(sessions, directory.tokens(), refused, answers);
        Access access =
                new Access(
                        directory.tokens(),
                        directory,
                        needs.localToken(),
                        signIn,
                        refused,
                        needs.open());
        router.route("/api/*").handler(access::identify);
        ApiRouter api = new ApiRouter(router, access);
        mountApi(needs, notary, api);

        signIn.mount(router);
        router.routeWithRegex(PAGES).handler(access::requireForPages);
        new Forms(access, signIn).mount(router, api.acts());
        needs.pages().accept(router);
        answerHeads();
    }

    /// What can be had can be asked about, as RFC 9110, section 9.1, wants it: without this, a `HEAD` of a page is
    /// sent to the sign-in, and from there to itself.
    private void answerHeads() {
        for (Route route : router.getRoutes()) {
            String path = route.getPath();
            Set<HttpMethod> methods = route.methods();
            boolean page = path != null && !path.startsWith("/api/");
            if (page && methods != null && methods.contains(HttpMethod.GET)) {
                route.method(HttpMethod.HEAD);
            }
        }
    }

    private static void mountApi(Needs needs, Notary notary, ApiRouter api) {
        Directory directory = needs.directory();
        Authority authority = needs.authority();
        new TenantsApi(directory, notary, new Tenants(directory, authority)).mount(api);
        new KeysApi(directory, notary).mount(api);
        new TokensApi(directory, notary).mount(api);
        new BudgetsApi(authority, directory, needs.clock()).mount(api);
        new BalancesApi(authority, needs.clock()).mount(api);
        new FundingApi(authority).mount(api);
        new ApprovalsApi(authority, directory, needs.clock()).mount(api);
        ReservationsApi reservations = new ReservationsApi(authority, needs.usage());
        reservations.mount(api);
        new ReservationsOnBehalf(authority, directory, notary, reservations, needs.clock())
                .mount(api);
        new UsageApi(needs.usage(), authority, needs.clock()).mount(api);
        new RunsApi(authority).mount(api);
        new CacheApi(needs.answers(), needs.results(), needs.clock()).mount(api);
        new EstimatesApi(needs.margins()).mount(api);
        new ToolsApi(needs.tools()).mount(api);
        new AuditApi(needs.usage(), authority).mount(api);
        new ExportsApi(needs.usage(), authority, needs.clock()).mount(api);
        new OperationsApi(needs.reload(), needs.usage(), notary).mount(api);
        new BackupApi(authority, notary, needs.clock()).mount(api);
        new ArchiveApi(authority, notary).mount(api);
        new OpenApi(UsageQueries.filterable()).mount(api);
    }

    private void onAThreadOfItsOwn(RoutingContext context) {
        if (!places.tryAcquire()) {
            context.response().putHeader("retry-after", "1");
            answers.problem(context, 503, "busy", "too many requests of this kind at a time");
            return;
        }
        threads.execute(() -> {
            try {
                context.next();
            } finally {
                places.release();
            }
        });
    }
}
