package dev.bursar.gateway;

import dev.bursar.gateway.routing.ProviderKey;
import dev.bursar.ledger.TenantId;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The story of a request about a response that was made before: it goes to the provider that has it, if
/// the caller's tenant made it. No provider charges for that, also where a stream is sent once more.
final class StoredCall implements Runnable {

    private final Wiring wiring;
    private final Client client;
    private final StoredPath path;
    private final TenantId tenant;
    private final CallHeaders headers;
    private final byte[] body;
    private final PassThrough pass;

    StoredCall(
            Wiring wiring,
            Exchanges exchanges,
            Client client,
            StoredPath path,
            TenantId tenant,
            CallHeaders headers,
            byte[] body) {
        this.wiring = wiring;
        this.client = client;
        this.path = path;
        this.tenant = tenant;
        this.headers = headers;
        this.body = body;
        this.pass = PassThrough.of(wiring, exchanges, client, Operation.RESPONSES);
    }

    @Override
    public void run() {
        pass.tell(this::tell);
    }

    private void tell() {
        ResponseOwners.Owner owner = wiring.owners().owner(path.id(), tenant);
        ProviderSettings provider =
                owner == null ? null : wiring.settings().providers().get(owner.provider());
        if (owner == null || provider == null) {
            throw new RefusedException(
                    Refusal.NOT_FOUND, "there is no response with the id " + path.id());
        }
        pass.send(
                provider,
                key(provider.keys(), owner.key()),
                provider.responsePath(path.atProvider()),
                headers,
                body);
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
