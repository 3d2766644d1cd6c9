package dev.bursar.gateway;

import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Which headers pass from one side to the other.
final class Headers {

    /// RFC 9110, 7.6.1, and those that the connection to the other side has of its own.
    private static final Set<String> HOP_BY_HOP =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "http2-settings",
                    "content-length");

    /// Of requests only. The answer must stay readable, so nobody may ask for compression.
    private static final Set<String> OWN =
            Set.of(
                    "host",
                    "expect",
                    "accept-encoding",
                    "cookie",
                    "forwarded",
                    CallHeaders.CYCLES_KEY);

    /// Where the key of a provider is.
    static final Set<String> KEYS =
            Set.of("authorization", "x-api-key", "x-goog-api-key", AzureApi.KEY);

    private static final String BEARER = "bearer";

    private Headers() {}

    /// @param forProvider whether a secret that the client sent is meant for the provider
    static void toProvider(MultiMap from, MultiMap to, Predicate<String> forProvider) {
        Set<String> named = namedByConnection(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean stays =
                    HOP_BY_HOP.contains(name)
                            || OWN.contains(name)
                            || name.startsWith(CallHeaders.PREFIX)
                            || (KEYS.contains(name) && !forProvider.test(secret(header.getValue())))
                            || named.contains(name);
            if (!stays) {
                to.add(name, header.getValue());
            }
        }
    }

    static void toClient(MultiMap from, MultiMap to) {
        Set<String> named = namedByConnection(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean stays =
                    HOP_BY_HOP.contains(name)
                            || name.startsWith(CallHeaders.PREFIX)
                            || named.contains(name);
            if (!stays) {
                to.add(header.getKey(), header.getValue());
            }
        }
    }

    /// What follows the scheme, if there is one; empty when nothing does.
    static String secret(String credentials) {
        String value = credentials.strip();
        return value.equalsIgnoreCase(BEARER) ? "" : value.substring(value.lastIndexOf(' ') + 1);
    }

    private static Set<String> namedByConnection(MultiMap headers) {
        List<String> connections = headers.getAll("connection");
        if (connections.isEmpty()) {
            return Set.of();
        }
        Set<String> names = new HashSet<>();
        for (String connection : connections) {
            for (String name : connection.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }
}
