package dev.bursar.server.http;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.ApiKey;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.KeyRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// `/api/keys`: API keys of tenants. A secret is told once, when its key is made.
final class KeysApi {

    private final Directory directory;
    private final Notary notary;

    KeysApi(Directory directory, Notary notary) {
        this.directory = directory;
        this.notary = notary;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.LIST_KEYS, this::list);
        api.onJson(ApiRoute.CREATE_KEY, this::create);
        api.on(ApiRoute.REVOKE_KEY, this::revoke);
    }

    private void list(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant", "limit", "cursor"));
        TenantId tenant =
                parameters.text("tenant").map(value -> Body.tenantId("tenant", value)).orElse(null);
        List<ApiKey> keys =
                directory.keys(tenant).stream()
                        .sorted((a, b) -> position(a).compareTo(position(b)))
                        .toList();
        Answers.json(context, 200, Page.of(parameters, keys, KeysApi::position, KeyJson::of));
    }

    /// Two keys of a name were never made in the same millisecond: the older was revoked in between.
    private static String position(ApiKey key) {
        return key.tenant() + "/" + key.name() + "/" + key.created();
    }

    private void create(RoutingContext context) {
        Body body =
                Body.of(
                        context,
                        List.of(
                                "tenant",
                                "name",
                                "defaults",
                                "permissions",
                                "scope",
                                "expires",
                                "reason"));
        TenantId tenant = body.tenant("tenant");
        Access.requireTenant(context, tenant.value());
        KeyRequest wanted =
                new KeyRequest(
                        tenant,
                        body.required("name"),
                        body.map("defaults"),
                        permissions(body),
                        body.scope("scope").orElse(null),
                        body.time("expires"));
        Directory.NewKey made = directory.create(wanted, Access.actor(context).and(body.reason()));
        notary.tell();
        Answers.json(context, 201, KeyJson.of(made));
    }

    private void revoke(RoutingContext context) {
        Actor actor = Access.actor(context).and(Body.reasonOfAddress(context));
        ApiKey key =
                directory.revoke(
                        Body.tenantId("tenant", Parameters.path(context, "tenant")),
                        Parameters.path(context, "name"),
                        actor);
        notary.tell();
        Answers.json(context, 200, KeyJson.of(key));
    }

    private static Set<Permission> permissions(Body body) {
        return body.texts("permissions").map(KeysApi::permissions).orElse(Permission.RUNTIME);
    }

    private static Set<Permission> permissions(List<String> written) {
        Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        for (String one : written) {
            permissions.add(
                    Permission.of(one)
                            .orElseThrow(() ->
                                    ApiException.badRequest(
                                            "permissions: unknown "
                                                    + one
                                                    + ", known are "
                                                    + Permission.known())));
        }
        return permissions;
    }
}
