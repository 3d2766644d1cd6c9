package dev.bursar.gateway;

import dev.bursar.ledger.TenantId;
import java.util.LinkedHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whose the responses are that providers keep. Where all tenants share a key of the house, the provider
/// shows each response to everybody; the gateway shows it to the tenant that made it.
///
/// In memory, for the newest responses: those from before a restart are nobody's. Thread-safe.
final class ResponseOwners {

    static final int MOST = 100_000;

    /// What can be part of a path as it is.
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:-]{0,255}");

    private final int most;
    private final LinkedHashMap<String, Owner> owners = new LinkedHashMap<>();

    /// Who made a response, and where it is.
    ///
    /// @param key the name of the key of the house that it was made with, or null when there was none
    record Owner(TenantId tenant, String provider, @Nullable String key) {}

    /// @param most the newest of them are remembered
    ResponseOwners(int most) {
        this.most = most;
    }

    /// Whether something can be asked for by this id.
    static boolean isId(@Nullable String id) {
        return id != null && ID.matcher(id).matches();
    }

    /// The last one to make a response of an id is its owner, as at a provider that counts from 1 anew.
    void remember(String id, Owner owner) {
        if (!isId(id)) {
            return;
        }
        synchronized (owners) {
            owners.remove(id);
            owners.put(id, owner);
            if (owners.size() > most) {
                owners.pollFirstEntry();
            }
        }
    }

    /// @return null when nobody is known to have made it
    @Nullable Owner owner(String id) {
        synchronized (owners) {
            return owners.get(id);
        }
    }

    /// @param id of the response that a call goes on from, or null. One that is not known may be from
    ///     before a restart: the provider decides
    /// @throws RefusedException when it is another tenant's
    void requireOwn(@Nullable String id, TenantId tenant) {
        Owner owner = id == null ? null : owner(id);
        if (owner != null && !owner.tenant().equals(tenant)) {
            throw new RefusedException(
                    Denial.of(
                            Refusal.NOT_FOUND,
                            "previous_response_id: there is no response with this id",
                            "previous_response_id"));
        }
    }
}
