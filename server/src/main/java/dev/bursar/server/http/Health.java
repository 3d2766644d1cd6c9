package dev.bursar.server.http;

import dev.bursar.authority.Authority;
import dev.bursar.usage.Usage;
import dev.bursar.usage.UsageHealth;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.node.ObjectNode;

/// Whether the process lives, and whether it answers for money. The read model only counts until it was
/// opened once: later it may be behind or broken, and every budget still holds.
final class Health {

    private final Authority authority;
    private final Usage usage;
    private final BooleanSupplier stopping;

    Health(Authority authority, Usage usage, BooleanSupplier stopping) {
        this.authority = authority;
        this.usage = usage;
        this.stopping = stopping;
    }

    void mount(Router router) {
        router.get("/health/live").handler(Health::live);
        router.get("/actuator/health/liveness").handler(Health::live);
        router.get("/health/ready").handler(this::ready);
        router.get("/actuator/health/readiness").handler(this::ready);
        // Older clients of the Cycles Protocol ask for the one that stands for both.
        router.get("/actuator/health").handler(this::ready);
    }

    private static void live(RoutingContext context) {
        ObjectNode body = ApiJson.object();
        body.put("status", "UP");
        Answers.json(context, 200, body);
    }

    private void ready(RoutingContext context) {
        UsageHealth following = usage.health();
        boolean up = authority.healthy() && !stopping.getAsBoolean() && !following.starting();
        ObjectNode body = ApiJson.object();
        body.put("status", up ? "UP" : "OUT_OF_SERVICE");
        body.put("authority", authority.healthy() ? "UP" : "DOWN");
        ObjectNode model = body.putObject("usage");
        model.put("status", status(following));
        model.put("position", following.position());
        model.put("lag", following.lag());
        Answers.json(context, up ? 200 : 503, body);
    }

    private static String status(UsageHealth health) {
        if (health.starting()) {
            return "STARTING";
        }
        return health.following() ? "UP" : "DOWN";
    }
}
