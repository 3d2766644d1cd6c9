package dev.bursar.server.http;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.AccessToken;
import dev.bursar.server.directory.AccessTokens;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.Role;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// `/api/tokens`: what lets people and their programs use `/api` and the pages. A token that is bound to
/// a tenant makes, sees and revokes only such that are bound to the same.
final class TokensApi {

    private final Directory directory;
    private final AccessTokens tokens;
    private final Notary notary;

    TokensApi(Directory directory, Notary notary) {
        this.directory = directory;
        this.tokens = directory.tokens();
        this.notary = notary;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.LIST_TOKENS, this::list);
        api.onJson(ApiRoute.CREATE_TOKEN, this::create);
        api.on(ApiRoute.REVOKE_TOKEN, this::revoke);
    }

    private void list(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant", "limit", "cursor"));
        String tenant = parameters.text("tenant").orElse(null);
        List<AccessToken> all =
                tokens.all().stream()
                        .filter(token -> tenant == null || tenant.equals(tenantOf(token)))
                        .sorted((a, b) -> position(a).compareTo(position(b)))
                        .toList();
        Answers.json(context, 200, Page.of(parameters, all, TokensApi::position, TokensApi::json));
    }

    private static String position(AccessToken token) {
        return token.name() + "/" + tenantOf(token) + "/" + token.created();
    }

    private void create(RoutingContext context) {
        Body body = Body.of(context, List.of("name", "role", "tenant", "expires", "reason"));
        Actor actor = Access.actor(context);
        TenantId tenant = body.has("tenant") ? body.tenant("tenant") : actor.tenant();
        if (tenant != null) {
            Access.requireTenant(context, tenant.value());
            directory.requireOpen(tenant);
        }
        String written = body.required("role");
        Role role =
                Role.of(written)
                        .orElseThrow(() ->
                                ApiException.badRequest(
                                        "role: must be admin, operator, finance or viewer: "
                                                + written));
        AccessTokens.NewToken made =
                tokens.create(
                        body.required("name"),
                        role,
                        tenant,
                        body.time("expires"),
                        actor.and(body.reason()));
        notary.tell();
        Answers.json(context, 201, json(made.token()).put("secret", made.secret()));
    }

    private void revoke(RoutingContext context) {
        String name = Parameters.path(context, "name");
        Parameters parameters = Parameters.of(context, List.of("tenant", "reason"));
        Actor actor = Access.actor(context).and(Body.reason(parameters));
        String tenant = parameters.text("tenant").orElse(null);
        List<AccessToken> found =
                tokens.named(name).stream()
                        .filter(token -> actor.mayTouch(tenantOf(token)))
                        .filter(token -> tenant == null || tenant.equals(tenantOf(token)))
                        .toList();
        if (found.isEmpty()) {
            throw ApiException.notFound("no token " + name);
        }
        if (found.size() > 1) {
            throw new ApiException(
                    409,
                    "several",
                    "tenant: there are %d tokens %s; say whose, empty for the one that is bound to none"
                            .formatted(found.size(), name));
        }
        AccessToken revoked = tokens.revoke(found.getFirst(), actor);
        notary.tell();
        Answers.json(context, 200, json(revoked));
    }

    private static String tenantOf(AccessToken token) {
        return token.tenant() == null ? "" : token.tenant().value();
    }

    private static ObjectNode json(AccessToken token) {
        ObjectNode node = ApiJson.object();
        node.put("name", token.name());
        node.put("role", token.role().written());
        node.put("tenant", token.tenant() == null ? null : token.tenant().value());
        node.put("created", token.created().toString());
        node.put("expires", token.expires() == null ? null : token.expires().toString());
        node.put("revoked", token.revoked() == null ? null : token.revoked().toString());
        return node;
    }
}
