package dev.bursar.server.http;

import dev.bursar.server.dashboard.view.Notice;
import dev.bursar.server.directory.AccessTokens;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Admission;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lets people in with an access token, once; a cookie remembers them for as long as it is good.
final class SignIn {

    static final String PATH = "/sign-in";

    private static final String COOKIE = "bursar_session";

    private final Sessions sessions;
    private final AccessTokens tokens;
    private final RefusedAccess refused;
    private final Answers answers;

    SignIn(Sessions sessions, AccessTokens tokens, RefusedAccess refused, Answers answers) {
        this.sessions = sessions;
        this.tokens = tokens;
        this.refused = refused;
        this.answers = answers;
    }

    void mount(Router router) {
        router.get(PATH).handler(context -> form(context, 200, ""));
        router.post(PATH).handler(this::signIn);
        router.post("/sign-out").handler(this::signOut);
    }

    /// Who has opened the session whose cookie the request carries.
    Optional<Actor> signedIn(RoutingContext context) {
        return session(context).map(Sessions.Session::actor);
    }

    /// The session whose cookie the request carries, while the token is good that opened it.
    Optional<Sessions.Session> session(RoutingContext context) {
        Cookie cookie = context.request().getCookie(COOKIE);
        return cookie == null
                ? Optional.empty()
                : sessions.of(cookie.getValue())
                        .filter(session -> tokens.isGood(session.admission()));
    }

    /// Keeps a notice for the next page of the session.
    void tell(RoutingContext context, Notice notice) {
        Cookie cookie = context.request().getCookie(COOKIE);
        if (cookie != null) {
            sessions.tell(cookie.getValue(), notice);
        }
    }

    /// That the page shows the session's notice.
    void told(RoutingContext context) {
        Cookie cookie = context.request().getCookie(COOKIE);
        if (cookie != null) {
            sessions.told(cookie.getValue());
        }
    }

    /// Sends people who are not signed in to the form. A partial update cannot show a form: it is told
    /// to load the whole page.
    void ask(RoutingContext context) {
        if (context.request().getHeader("hx-request") != null) {
            context.response().putHeader("hx-redirect", PATH).setStatusCode(401).end();
            return;
        }
        HttpMethod method = context.request().method();
        boolean page = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        String here =
                URLEncoder.encode(page ? context.request().uri() : "/", StandardCharsets.UTF_8);
        Answers.redirect(context, PATH + "?next=" + here);
    }

    private void signIn(RoutingContext context) {
        if (!sessions.mayTry()) {
            context.response().putHeader("retry-after", "60");
            form(context, 429, "Too many wrong tokens. Try again in a minute.");
            return;
        }
        String token = context.request().getFormAttribute("token");
        Optional<Admission> admission =
                token == null ? Optional.empty() : tokens.admit(token.strip());
        if (admission.isEmpty()) {
            sessions.failed();
            refused.count(RefusedAccess.Why.WRONG_TOKEN);
            form(context, 401, "This is not the token.");
            return;
        }
        context.response()
                .addCookie(
                        Cookie.cookie(COOKIE, sessions.begin(admission.get()))
                                .setHttpOnly(true)
                                .setSameSite(CookieSameSite.STRICT)
                                .setPath("/")
                                .setMaxAge(Sessions.LIFETIME.toSeconds()));
        Answers.redirect(context, local(context.request().getFormAttribute("next")));
    }

    private void signOut(RoutingContext context) {
        Cookie cookie = context.request().getCookie(COOKIE);
        if (cookie != null) {
            sessions.end(cookie.getValue());
        }
        context.response()
                .addCookie(Cookie.cookie(COOKIE, "").setHttpOnly(true).setPath("/").setMaxAge(0));
        Answers.redirect(context, PATH);
    }

    private void form(RoutingContext context, int status, String mistake) {
        String next = context.request().getParam("next");
        answers.page(
                context,
                status,
                "http/sign-in.jte",
                Map.of("next", local(next), "mistake", mistake));
    }

    /// Only addresses of this server: `//elsewhere` would be another one.
    static String local(@Nullable String next) {
        boolean ours =
                next != null
                        && next.startsWith("/")
                        && !next.startsWith("//")
                        && !next.contains("\\")
                        && next.chars().noneMatch(Character::isISOControl);
        return ours && next != null ? next : "/";
    }
}
