package dev.bursar.server.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who may use `/api` and see the pages.
///
/// `/api` wants the administrator's token, or the one that the server leaves for the command line on
/// its own machine; a signed-in browser may read. An open door lets everybody in who asks for this
/// machine by name, which keeps pages of the web from asking through a visitor's browser.
final class Access {

    private static final String BEARER = "bearer ";

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Predicate<String> isAdmin;
    private final byte[] localToken;
    private final SignIn signIn;
    private final boolean open;

    Access(Predicate<String> isAdmin, String localToken, SignIn signIn, boolean open) {
        this.isAdmin = isAdmin;
        this.localToken = localToken.getBytes(StandardCharsets.UTF_8);
        this.signIn = signIn;
        this.open = open;
    }

    void requireForApi(RoutingContext context) {
        String token = token(context.request().getHeader(HttpHeaders.AUTHORIZATION));
        if (token != null) {
            if (!isLocal(token) && !isAdmin.test(token)) {
                throw new ApiException(401, "wrong_token", "this is not the administrator's token");
            }
            context.next();
            return;
        }
        boolean reads = context.request().method().equals(HttpMethod.GET);
        if (reads && (signIn.isSignedIn(context) || (open && namesThisMachine(context)))) {
            context.next();
            return;
        }
        context.response().putHeader("www-authenticate", "Bearer");
        throw new ApiException(
                401, "no_token", "send the administrator's token: Authorization: Bearer ...");
    }

    void requireForPages(RoutingContext context) {
        if (open && namesThisMachine(context)) {
            context.next();
        } else {
            signIn.require(context);
        }
    }

    private boolean isLocal(String token) {
        return MessageDigest.isEqual(token.getBytes(StandardCharsets.UTF_8), localToken);
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
