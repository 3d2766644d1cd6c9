package dev.bursar.gateway;

import dev.bursar.gateway.Routes.Endpoint;
import dev.bursar.gateway.routing.CallFacts;
import dev.bursar.gateway.routing.KeyRing;
import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.gateway.routing.RouteRules;
import dev.bursar.gateway.routing.Verdict;
import dev.bursar.ledger.TenantId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The story of a request that no provider charges for, such as counting tokens: it is forwarded and
/// its answer passed on. Nothing is held and nothing recorded, so that asking what a call would cost does
/// not cost a budget anything.
final class FreeCall implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(FreeCall.class);

    private final Wiring wiring;
    private final Exchanges exchanges;
    private final Client client;
    private final Target target;
    private final TenantId tenant;
    private final CallHeaders headers;
    private final byte[] body;
    private final String id;
    private final Replies replies;

    FreeCall(
            Wiring wiring,
            Exchanges exchanges,
            Client client,
            Target target,
            TenantId tenant,
            CallHeaders headers,
            byte[] body) {
        this.wiring = wiring;
        this.exchanges = exchanges;
        this.client = client;
        this.target = target;
        this.tenant = tenant;
        this.headers = headers;
        this.body = body;
        this.id = wiring.ids().next();
        this.replies = Replies.to(client, target.operation(), wiring.settings());
    }

    @Override
    public void run() {
        try {
            tell();
        } catch (RefusedException refused) {
            replies.deny(refused.denial(), id);
        } catch (RuntimeException | Error bug) {
            LOG.error("call failed: call={}", id, bug);
            replies.deny(Denial.of(Refusal.INTERNAL, "the gateway failed"), id);
        }
    }

    private void tell() {
        CallRequest request = RequestParser.parse(target, body);
        wiring.owners().requireOwn(request.kept().previous(), tenant);
        Instant now = wiring.clock().instant();
        Endpoint endpoint = wiring.routes().endpoint(target.operation(), model(request), now);
        try (KeyRing.Lease lease =
                wiring.keys().turn(id).take(endpoint.provider().name(), now, true)) {
            forward(request, endpoint, lease == null ? null : lease.key());
        }
    }

    /// Of a route, the model of a call that says nothing of itself: which one counts is a matter of the call.
    private String model(CallRequest request) {
        RouteRules rules = wiring.settings().routing().route(request.model());
        if (rules == null) {
            return request.model();
        }
        CallFacts facts = CallFacts.of(Map.of(CallFacts.MODEL, request.model()));
        return rules.plan(rules.rule(facts), facts, Verdict.unknown("not asked"), id)
                .getFirst()
                .model();
    }

    private void forward(CallRequest request, Endpoint endpoint, @Nullable ProviderKey key) {
        RequestOptions options =
                Upstream.options(
                        endpoint.provider(),
                        key,
                        endpoint.provider().path(target.operation(), endpoint.model()),
                        client.request(),
                        secret -> headers.isForProvider(secret, wiring.identities()));
        String model = endpoint.provider().nameOf(endpoint.model());
        new PassThrough(wiring, exchanges, client, target.operation(), replies, id)
                .run(
                        endpoint.provider(),
                        options,
                        Buffer.buffer(request.rewrite(body, model, null)));
    }
}
