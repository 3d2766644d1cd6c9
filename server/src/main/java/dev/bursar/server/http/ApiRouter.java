package dev.bursar.server.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/// Mounts the routes of `/api`, each behind the check of who may use it.
final class ApiRouter {

    private final Router router;
    private final Access access;

    private final List<FormAct> acts = new ArrayList<>();

    ApiRouter(Router router, Access access) {
        this.router = router;
        this.access = access;
    }

    void on(ApiRoute route, Handler<RoutingContext> handler) {
        router.route(route.method(), route.path())
                .handler(context -> access.require(route, context))
                .handler(handler);
    }

    /// For routes that take a body.
    void onJson(ApiRoute route, Handler<RoutingContext> handler) {
        router.route(route.method(), route.path())
                .consumes("application/json")
                .handler(context -> access.require(route, context))
                .handler(handler);
    }

    /// For what the pages have a form for, too.
    void onForm(ApiRoute route, List<String> fields, FormAct.Effect effect) {
        acts.add(new FormAct(route, fields, effect));
        onJson(
                route,
                context ->
                        Answers.json(
                                context,
                                200,
                                effect.on(context, Body.of(context, fields)).answer()));
    }

    List<FormAct> acts() {
        return List.copyOf(acts);
    }
}
