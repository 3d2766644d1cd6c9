package dev.bursar.server.http;

import dev.bursar.ledger.ScopePath;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.KeyRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `/api/keys`: API keys of tenants. A secret is told once, when its key is made.
final class KeysApi {

    private final Directory directory;

    KeysApi(Directory directory) {
        this.directory = directory;
    }

    /// What `POST /api/keys` wants.
    ///
    /// @param defaults dimensions of the key's calls
    record NewKey(
            @Nullable String tenant,
            @Nullable String name,
            @Nullable Map<String, String> defaults,
            @Nullable List<String> permissions,
            @Nullable String scope,
            @Nullable Instant expires) {}

    void mount(Router router) {
        router.get("/api/keys").handler(this::list);
        router.post("/api/keys").consumes("application/json").handler(this::create);
        router.delete("/api/keys/:tenant/:name").handler(this::revoke);
    }

    private void list(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant"));
        TenantId tenant = parameters.text("tenant").map(KeysApi::tenant).orElse(null);
        Answers.json(context, 200, KeyJson.of(directory.keys(tenant)));
    }

    private void create(RoutingContext context) {
        NewKey wanted = ApiJson.read(Parameters.body(context), NewKey.class);
        if (wanted.tenant() == null || wanted.name() == null) {
            throw ApiException.badRequest("the body needs tenant and name");
        }
        Map<String, String> defaults = wanted.defaults() == null ? Map.of() : wanted.defaults();
        Directory.NewKey made =
                directory.create(
                        new KeyRequest(
                                tenant(wanted.tenant()),
                                wanted.name(),
                                new TreeMap<>(defaults),
                                permissions(wanted.permissions()),
                                wanted.scope() == null ? null : scope(wanted.scope()),
                                wanted.expires()));
        Answers.json(context, 201, KeyJson.of(made));
    }

    private void revoke(RoutingContext context) {
        var key =
                directory.revoke(
                        tenant(Parameters.path(context, "tenant")),
                        Parameters.path(context, "name"));
        Answers.json(context, 200, KeyJson.of(key));
    }

    private static Set<Permission> permissions(@Nullable List<String> written) {
        if (written == null) {
            return Permission.RUNTIME;
        }
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (String one : written) {
            permissions.add(
                    Permission.of(String.valueOf(one))
                            .orElseThrow(() ->
                                    ApiException.badRequest(
                                            "permissions: unknown "
                                                    + one
                                                    + ", known are "
                                                    + Permission.known())));
        }
        return permissions;
    }

    private static ScopePath scope(String written) {
        try {
            return ScopePath.parse(written);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("scope: " + e.getMessage());
        }
    }

    private static TenantId tenant(String value) {
        try {
            return new TenantId(value);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
    }
}
