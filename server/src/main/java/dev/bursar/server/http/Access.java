package dev.bursar.server.http;

import dev.bursar.gateway.Identities;
import dev.bursar.gateway.Identity;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.dashboard.Reader;
import dev.bursar.server.directory.AccessTokens;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Role;
import dev.bursar.server.http.RefusedAccess.Why;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who may use `/api` and see the pages, and for which tenant.
///
/// `/api` wants an access token, or the one that the server leaves for the command line on its own
/// machine; a signed-in browser may read. An open door lets everybody in to read who asks for this
/// machine by name, which keeps pages of the web from asking through a visitor's browser.
///
/// What a role may not do is 403. Of tenants that a token is not good for, nothing is there: 404. Both are
/// written down as refused, the second whether or not there is such a tenant, so that its absence tells
/// nothing, either.
final class Access {

    private static final String BEARER = "bearer ";

    private static final String REQUEST_ID = "x-request-id";

    private static final Pattern SOUND_REQUEST_ID = Pattern.compile("[A-Za-z0-9_.:-]{1,128}");

    private static final Pattern TRACE_PARENT =
            Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*");

    private static final String ACTOR = "bursar.actor";

    /// What writes down that somebody asks for another tenant than its own.
    private static final String OF_OTHERS = "bursar.of_others";

    /// That nobody had to say who asks.
    private static final String VISITING = "bursar.visiting";

    /// Whose key it is, when the actor is an agent with its key.
    private static final String AGENT = "bursar.agent";

    private static final String CACHE = "/api/cache";

    /// The only parts of `/api` for agents.
    private static final List<String> FOR_AGENTS = List.of(CACHE, "/api/tools");

    private static final Actor VISITOR = Actor.of("visitor", Role.VIEWER);

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final AccessTokens tokens;
    private final Identities keys;
    private final byte[] localToken;
    private final SignIn signIn;
    private final RefusedAccess refused;
    private final boolean open;

    /// @param keys of agents
    Access(
            AccessTokens tokens,
            Identities keys,
            String localToken,
            SignIn signIn,
            RefusedAccess refused,
            boolean open) {
        this.tokens = tokens;
        this.keys = keys;
        this.localToken = localToken.getBytes(StandardCharsets.UTF_8);
        this.signIn = signIn;
        this.refused = refused;
        this.open = open;
    }

    /// Finds out who asks. Nobody passes who does not say.
    void identify(RoutingContext context) {
        String requestId = requestId(context);
        context.response().putHeader(REQUEST_ID, requestId);
        Map<String, String> trail = new TreeMap<>(Map.of("request_id", requestId));
        String parent = context.request().getHeader("traceparent");
        Matcher trace = TRACE_PARENT.matcher(parent == null ? "" : parent);
        if (trace.matches()) {
            trail.put("trace_id", trace.group(1));
        }
        context.put(ACTOR, known(context, trail));
        context.next();
    }

    private Actor known(RoutingContext context, Map<String, String> trail) {
        String token = token(context.request().getHeader(HttpHeaders.AUTHORIZATION));
        if (token != null) {
            if (isLocal(token)) {
                return Actor.COMMAND_LINE.with(trail);
            }
            return tokens.find(token)
                    .map(actor -> actor.with(trail))
                    .or(() -> agent(context, token, trail))
                    .orElseThrow(() ->
                            unknown(Why.WRONG_TOKEN, "this is not an access token, or no more"));
        }
        if (context.request().method().equals(HttpMethod.GET)) {
            Optional<Actor> reader = signIn.signedIn(context);
            if (reader.isPresent()) {
                return reader.get().with(trail);
            }
            if (open && namesThisMachine(context)) {
                context.put(VISITING, true);
                return VISITOR.with(trail);
            }
        }
        context.response().putHeader("www-authenticate", "Bearer");
        throw unknown(Why.NO_TOKEN, "send an access token: Authorization: Bearer ...");
    }

    private ApiException unknown(Why why, String detail) {
        refused.count(why);
        return new ApiException(401, why.code(), detail);
    }

    /// Of a visitor nobody knows who it is.
    private ApiException forbidden(
            RoutingContext context, Actor actor, String route, String detail) {
        if (context.get(VISITING) == null) {
            refused.forbidden(actor, route);
        } else {
            refused.count(Why.FORBIDDEN);
        }
        return new ApiException(403, Why.FORBIDDEN.code(), detail);
    }

    /// In the cache, an agent acts for all of its tenant or not at all: results are shared by all of it.
    private Optional<Actor> agent(RoutingContext context, String key, Map<String, String> trail) {
        String path = context.normalizedPath();
        if (FOR_AGENTS.stream().noneMatch(path::startsWith)
                || !(keys.identify(key) instanceof Identity.Caller caller)) {
            return Optional.empty();
        }
        Actor actor = Actor.of(caller.tenant(), caller.key()).with(trail);
        if (caller.scope() != null && path.startsWith(CACHE)) {
            throw forbidden(context, actor, CACHE, "this key is for a part of its tenant only");
        }
        context.put(AGENT, caller);
        return Optional.of(actor);
    }

    /// The agent that asks, or null when it is a person.
    static Identity.@Nullable Caller agent(RoutingContext context) {
        return context.get(AGENT);
    }

    private static boolean may(ApiRoute route, RoutingContext context, Actor actor) {
        return route.need().isMetBy(actor.role())
                || (route.need() == ApiRoute.Need.KEEP && agent(context) != null);
    }

    /// Lets the request pass to the route's handler when its actor may use the route.
    void require(ApiRoute route, RoutingContext context) {
        Actor actor = actor(context);
        if (!may(route, context, actor)) {
            throw forbidden(
                    context,
                    actor,
                    route.written(),
                    "the role " + actor.role().written() + " may not do this");
        }
        TenantId bound = actor.tenant();
        if (bound != null) {
            Runnable ofOthers = () -> refused.forbidden(actor, route.written());
            context.put(OF_OTHERS, ofOthers);
            bind(route, context, bound);
        }
        context.next();
    }

    private void bind(ApiRoute route, RoutingContext context, TenantId bound) {
        switch (route.tenancy()) {
            case NONE, BODY, FOUND -> {}
            case PLACE ->
                    throw forbidden(
                            context,
                            actor(context),
                            route.written(),
                            "this token is bound to the tenant "
                                    + bound
                                    + ", and this is about all");
            case PATH -> requireTenant(context, Parameters.path(context, "tenant"));
            case FILTER -> {
                String wanted = context.queryParams().get("tenant");
                if (wanted == null) {
                    context.queryParams().set("tenant", bound.value());
                } else {
                    requireTenant(context, wanted);
                }
            }
        }
    }

    /// For routes that [#require] has let pass. That it is refused is written down among the acts of the
    /// actor's own tenant.
    ///
    /// @throws ApiException 404 when it is a tenant that the actor may not see
    static void requireTenant(RoutingContext context, String tenant) {
        if (!actor(context).mayTouch(tenant)) {
            Runnable written = context.get(OF_OTHERS);
            Objects.requireNonNull(written, "no route has asked for a role").run();
            throw ApiException.notFound("no tenant " + tenant);
        }
    }

    /// Who asks.
    static Actor actor(RoutingContext context) {
        Actor actor = context.get(ACTOR);
        if (actor == null) {
            throw new IllegalStateException("the route is not behind the check of who asks");
        }
        return actor;
    }

    void requireForPages(RoutingContext context) {
        Optional<Sessions.Session> session = signIn.session(context);
        if (session.isPresent()) {
            context.put(ACTOR, session.get().actor());
            reader(context, session.get()).attach(context);
        } else if (open && namesThisMachine(context)) {
            context.put(ACTOR, VISITOR);
            Reader.VISITOR.attach(context);
        } else {
            signIn.ask(context);
            return;
        }
        context.next();
    }

    /// A page that is fetched again by itself shows no notice: it is for the page as a whole.
    private Reader reader(RoutingContext context, Sessions.Session session) {
        Actor actor = session.actor();
        boolean whole =
                context.request().method().equals(HttpMethod.GET)
                        && context.request().getHeader("hx-request") == null;
        if (whole) {
            signIn.told(context);
        }
        return new Reader(
                actor.name(),
                actor.role().written(),
                actor.tenant() == null ? null : actor.tenant().value(),
                ApiRoute.Need.OPERATE.isMetBy(actor.role()) ? session.formToken() : "",
                whole ? session.notice() : null);
    }

    /// Who asks, with the reason that the body may have, where it may have nothing else.
    static Actor saying(RoutingContext context) {
        return actor(context).and(Body.optional(context, List.of("reason")).reason());
    }

    private boolean isLocal(String token) {
        return MessageDigest.isEqual(token.getBytes(StandardCharsets.UTF_8), localToken);
    }

    private static String requestId(RoutingContext context) {
        String sent = context.request().getHeader(REQUEST_ID);
        return sent != null && SOUND_REQUEST_ID.matcher(sent).matches()
                ? sent
                : UUID.randomUUID().toString();
    }

    private static @Nullable String token(@Nullable String header) {
        boolean bearer = header != null && header.toLowerCase(Locale.ROOT).startsWith(BEARER);
        return bearer && header != null ? header.substring(BEARER.length()).strip() : null;
    }

    private static boolean namesThisMachine(RoutingContext context) {
        String host = context.request().getHeader(HttpHeaders.HOST);
        return host != null
                && THIS_MACHINE.contains(
                        host.replaceFirst(":[0-9]+$", "").toLowerCase(Locale.ROOT));
    }
}
