package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Endpoint;
import dev.bursar.gateway.routing.CallFacts;
import dev.bursar.gateway.routing.KeyRing;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.gateway.routing.Verdict;
import dev.bursar.ledger.TenantId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The story of a request that no provider charges for, such as counting tokens: it is forwarded and
/// its answer passed on. Nothing is held and nothing recorded, so that asking what a call would cost does
/// not cost a budget anything.
final class FreeCall implements Runnable {

    private final Wiring wiring;
    private final Target target;
    private final TenantId tenant;
    private final CallHeaders headers;
    private final byte[] body;
    private final PassThrough pass;

    FreeCall(
            Wiring wiring,
            Exchanges exchanges,
            Client client,
            Target target,
            TenantId tenant,
            CallHeaders headers,
            byte[] body) {
        this.wiring = wiring;
        this.target = target;
        this.tenant = tenant;
        this.headers = headers;
        this.body = body;
        this.pass = PassThrough.of(wiring, exchanges, client, target.operation());
    }

    @Override
    public void run() {
        pass.tell(this::tell);
    }

    private void tell() {
        CallRequest request = RequestParser.parse(target, body);
        wiring.owners().requireOwn(request.kept().previous(), tenant);
        Instant now = wiring.clock().instant();
        Endpoint endpoint = wiring.routes().endpoint(target.operation(), model(request), now);
        try (KeyRing.Lease lease =
                wiring.keys().turn(pass.id()).take(endpoint.provider().name(), now, true)) {
            forward(request, endpoint, lease == null ? null : lease.key());
        }
    }

    /// Of a route, the model of a call that says nothing of itself but that it counts.
    private String model(CallRequest request) {
        RouteRules rules = wiring.settings().routing().route(request.model());
        if (rules == null) {
            return request.model();
        }
        CallFacts facts =
                CallFacts.of(
                        Map.of(
                                CallFacts.MODEL,
                                request.model(),
                                CallFacts.OPERATION,
                                target.operation().word()));
        return rules.plan(rules.rule(facts), facts, Verdict.unknown("not asked"), pass.id())
                .getFirst()
                .model();
    }

    private void forward(CallRequest request, Endpoint endpoint, @Nullable ProviderKey key) {
        ProviderSettings provider = endpoint.provider();
        pass.send(
                provider,
                key,
                provider.path(target.operation(), endpoint.model()),
                headers,
                request.rewrite(body, provider.nameOf(endpoint.model()), null, false));
    }
}
