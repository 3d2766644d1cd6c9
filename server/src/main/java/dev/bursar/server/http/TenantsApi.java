package dev.bursar.server.http;

import dev.bursar.ledger.TenantId;
import dev.bursar.server.directory.Actor;
import dev.bursar.server.directory.Directory;
import dev.bursar.server.directory.Tenant;
import io.vertx.ext.web.RoutingContext;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/// `/api/tenants`. What the configuration declares, it owns: such a tenant can be suspended here, not
/// changed or closed.
final class TenantsApi {

    private final Directory directory;
    private final Notary notary;
    private final Tenants tenants;

    TenantsApi(Directory directory, Notary notary, Tenants tenants) {
        this.directory = directory;
        this.notary = notary;
        this.tenants = tenants;
    }

    void mount(ApiRouter api) {
        api.on(ApiRoute.LIST_TENANTS, this::list);
        api.onJson(ApiRoute.CREATE_TENANT, this::create);
        api.on(ApiRoute.TENANT, context -> Answers.json(context, 200, json(there(context))));
        api.onJson(ApiRoute.CHANGE_TENANT, this::change);
        api.on(ApiRoute.SUSPEND_TENANT, this::suspend);
        api.on(ApiRoute.ACTIVATE_TENANT, this::activate);
        api.on(ApiRoute.CLOSE_TENANT, this::close);
    }

    private void list(RoutingContext context) {
        Parameters parameters = Parameters.of(context, List.of("tenant", "limit", "cursor"));
        String wanted = parameters.text("tenant").orElse(null);
        List<Tenant> all =
                directory.tenants().values().stream()
                        .filter(tenant -> wanted == null || wanted.equals(tenant.id().value()))
                        .toList();
        Answers.json(
                context,
                200,
                Page.of(parameters, all, tenant -> tenant.id().value(), TenantsApi::json));
    }

    private Tenant there(RoutingContext context) {
        Parameters.of(context, List.of());
        return directory.requireTenant(tenant(context));
    }

    private void create(RoutingContext context) {
        Body body = Body.of(context, List.of("id", "timezone", "reason"));
        ZoneId zone = body.zone("timezone").orElse(ZoneOffset.UTC);
        TenantId id = body.tenant("id");
        Actor by = Access.actor(context).and(body.reason());
        answer(context, 201, directory.createTenant(id, zone, by));
    }

    private void change(RoutingContext context) {
        Body body = Body.of(context, List.of("timezone", "reason"));
        ZoneId zone =
                body.zone("timezone")
                        .orElseThrow(() -> ApiException.badRequest("timezone: is missing"));
        Actor by = Access.actor(context).and(body.reason());
        answer(context, 200, directory.changeTenant(tenant(context), zone, by));
    }

    private void suspend(RoutingContext context) {
        answer(context, 200, directory.suspend(tenant(context), Access.saying(context)));
    }

    private void activate(RoutingContext context) {
        answer(context, 200, directory.activate(tenant(context), Access.saying(context)));
    }

    private void close(RoutingContext context) {
        int released = tenants.close(tenant(context), Access.saying(context));
        notary.tell();
        ObjectNode answer = json(directory.requireTenant(tenant(context)));
        answer.put("released", released);
        Answers.json(context, 200, answer);
    }

    private void answer(RoutingContext context, int status, Tenant tenant) {
        notary.tell();
        Answers.json(context, status, json(tenant));
    }

    private static TenantId tenant(RoutingContext context) {
        return Body.tenantId("tenant", Parameters.path(context, "tenant"));
    }

    private static ObjectNode json(Tenant tenant) {
        ObjectNode node = ApiJson.object();
        node.put("id", tenant.id().value());
        node.put("timezone", tenant.zone().getId());
        node.put("status", tenant.status().name().toLowerCase(Locale.ROOT));
        node.put("managed_by", tenant.origin().name().toLowerCase(Locale.ROOT));
        node.put("created", tenant.created().toString());
        return node;
    }
}
