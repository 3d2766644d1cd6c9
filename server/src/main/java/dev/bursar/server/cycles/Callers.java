package dev.bursar.server.cycles;

import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.Finding;
import io.vertx.core.MultiMap;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Finds out who asks.
final class Callers {

    private static final String API_KEY = "x-cycles-api-key";
    private static final String ADMIN_KEY = "x-admin-api-key";
    private static final String BEARER = "bearer ";

    private final Directory directory;

    Callers(Directory directory) {
        this.directory = directory;
    }

    /// Whether there is a key in a header of the protocol's own, good or not.
    static boolean isKeyThere(MultiMap headers) {
        return headers.contains(API_KEY) || headers.contains(ADMIN_KEY);
    }

    /// @param adminToo whether a person may ask in place of a tenant
    ///
    /// @throws CyclesException `UNAUTHORIZED` when no key that is good is there
    Who identify(MultiMap headers, boolean adminToo) {
        String secret = secret(headers);
        if (secret != null) {
            return Who.key(caller(directory.find(secret)));
        }
        String admin = headers.get(ADMIN_KEY);
        if (admin == null) {
            throw new CyclesException(
                    ErrorCode.UNAUTHORIZED, "no key: send it as X-Cycles-API-Key");
        }
        Actor actor =
                directory
                        .tokens()
                        .find(admin.strip())
                        .orElseThrow(() ->
                                new CyclesException(
                                        ErrorCode.UNAUTHORIZED, "the admin key is wrong"));
        if (!adminToo) {
            throw new CyclesException(
                    ErrorCode.UNAUTHORIZED, "this wants a tenant's key, not an administrator's");
        }
        return Who.person(actor);
    }

    private static CyclesCaller caller(Finding finding) {
        return switch (finding) {
            case Finding.Good good -> new CyclesCaller(good.key());
            case Finding.Bad bad ->
                    throw new CyclesException(
                            ErrorCode.UNAUTHORIZED, bad.why() + ": " + bad.message());
        };
    }

    private static @Nullable String secret(MultiMap headers) {
        String key = headers.get(API_KEY);
        if (key != null) {
            return key.strip();
        }
        String bearer = headers.get("authorization");
        boolean isBearer = bearer != null && bearer.toLowerCase(Locale.ROOT).startsWith(BEARER);
        return bearer != null && isBearer ? bearer.substring(BEARER.length()).strip() : null;
    }
}
