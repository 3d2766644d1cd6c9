package dev.bursar.server.http;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Lets people in with the administrator's token, once; a cookie remembers them.
final class SignIn {

    static final String PATH = "/sign-in";

    private static final String COOKIE = "bursar_session";

    private final Sessions sessions;
    private final Predicate<String> isAdmin;
    private final Answers answers;

    SignIn(Sessions sessions, Predicate<String> isAdmin, Answers answers) {
        this.sessions = sessions;
        this.isAdmin = isAdmin;
        this.answers = answers;
    }

    void mount(Router router) {
        router.get(PATH).handler(context -> form(context, 200, ""));
        router.post(PATH).handler(this::signIn);
        router.post("/sign-out").handler(this::signOut);
    }

    /// Whether the request carries the cookie of an open session.
    boolean isSignedIn(RoutingContext context) {
        Cookie cookie = context.request().getCookie(COOKIE);
        return cookie != null && sessions.isOpen(cookie.getValue());
    }

    /// Sends people who are not signed in to the form. A partial update cannot show a form: it is told
    /// to load the whole page.
    void require(RoutingContext context) {
        if (isSignedIn(context)) {
            context.next();
            return;
        }
        if (context.request().getHeader("hx-request") != null) {
            context.response().putHeader("hx-redirect", PATH).setStatusCode(401).end();
            return;
        }
        String here = URLEncoder.encode(context.request().uri(), StandardCharsets.UTF_8);
        Answers.redirect(context, PATH + "?next=" + here);
    }

    private void signIn(RoutingContext context) {
        if (!sessions.mayTry()) {
            context.response().putHeader("retry-after", "60");
            form(context, 429, "Too many wrong tokens. Try again in a minute.");
            return;
        }
        String token = context.request().getFormAttribute("token");
        if (token == null || !isAdmin.test(token.strip())) {
            sessions.failed();
            form(context, 401, "This is not the token.");
            return;
        }
        context.response()
                .addCookie(
                        Cookie.cookie(COOKIE, sessions.begin())
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
    private static String local(@Nullable String next) {
        boolean ours =
                next != null
                        && next.startsWith("/")
                        && !next.startsWith("//")
                        && !next.contains("\\")
                        && next.chars().noneMatch(Character::isISOControl);
        return ours && next != null ? next : "/";
    }
}
