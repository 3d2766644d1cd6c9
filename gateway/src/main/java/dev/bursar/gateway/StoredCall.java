package dev.bursar.gateway;

import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.ledger.TenantId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The story of a request about a response that was made before: it goes to the provider that has it, if
/// the caller's tenant made it. No provider charges for that, also where a stream is sent once more.
final class StoredCall implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(StoredCall.class);

    private final Wiring wiring;
    private final Exchanges exchanges;
    private final Client client;
    private final StoredPath path;
    private final TenantId tenant;
    private final CallHeaders headers;
    private final byte[] body;
    private final String id;
    private final Replies replies;

    StoredCall(
            Wiring wiring,
            Exchanges exchanges,
            Client client,
            StoredPath path,
            TenantId tenant,
            CallHeaders headers,
            byte[] body) {
        this.wiring = wiring;
        this.exchanges = exchanges;
        this.client = client;
        this.path = path;
        this.tenant = tenant;
        this.headers = headers;
        this.body = body;
        this.id = wiring.ids().next();
        this.replies = Replies.to(client, Operation.RESPONSES, wiring.settings());
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
        ResponseOwners.Owner owner = wiring.owners().owner(path.id(), tenant);
        ProviderSettings provider =
                owner == null ? null : wiring.settings().providers().get(owner.provider());
        if (owner == null || provider == null) {
            throw new RefusedException(
                    Refusal.NOT_FOUND, "there is no response with the id " + path.id());
        }
        RequestOptions options =
                Upstream.options(
                        provider,
                        key(provider.keys(), owner.key()),
                        provider.responsePath(path.atProvider()),
                        client.request(),
                        secret -> headers.isForProvider(secret, wiring.identities()));
        new PassThrough(wiring, exchanges, client, Operation.RESPONSES, replies, id)
                .run(provider, options, Buffer.buffer(body));
        if (!client.request().method().equals(HttpMethod.GET)) {
            wiring.background().wake(path.id());
        }
    }

    /// The key it was made with, or, when that is not there any more, another of the same provider. What
    /// a client has made with a key of its own needs that again.
    private static @Nullable ProviderKey key(List<ProviderKey> keys, @Nullable String name) {
        if (name == null || keys.isEmpty()) {
            return null;
        }
        return keys.stream()
                .filter(key -> key.name().equals(name))
                .findFirst()
                .orElseGet(keys::getFirst);
    }
}
