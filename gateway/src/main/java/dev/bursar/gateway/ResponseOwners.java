package dev.bursar.gateway;

import dev.bursar.ledger.TenantId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Whose the responses are that providers keep. Where all tenants share a key of the house, the provider
/// shows each response to everybody; the gateway shows it to the tenant that made it.
///
/// Providers do not know each other, and some count from 1 anew or take the id that a client wishes for.
/// So an id may have several owners, and no response takes one away: what two tenants have made under one
/// id at one provider is shown to neither, as only the provider knows whose it is now.
///
/// In memory, for the newest ids: those from before a restart are nobody's. Thread-safe.
final class ResponseOwners {

    static final int MOST = 100_000;

    /// Owners of one id at one provider: from two on it is nobody's.
    private static final int DISPUTED = 2;

    /// What can be part of a path as it is.
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:-]{0,255}");

    private final int most;
    private final LinkedHashMap<String, List<Owner>> owners = new LinkedHashMap<>();

    /// Who made a response, and where it is.
    ///
    /// @param key the name of the key of the house that it was made with, or null when there was none
    record Owner(TenantId tenant, String provider, @Nullable String key) {

        private boolean isSame(Owner other) {
            return tenant.equals(other.tenant) && provider.equals(other.provider);
        }

        private boolean disputes(Owner other) {
            return provider.equals(other.provider) && !tenant.equals(other.tenant);
        }
    }

    /// @param most ids; the newest of them are remembered
    ResponseOwners(int most) {
        this.most = most;
    }

    /// Whether something can be asked for by this id.
    static boolean isId(@Nullable String id) {
        return id != null && ID.matcher(id).matches();
    }

    /// A tenant's response takes the place of an earlier one of the tenant at the same provider.
    void remember(String id, Owner owner) {
        if (!isId(id)) {
            return;
        }
        synchronized (owners) {
            List<Owner> before = owners.remove(id);
            owners.put(id, before == null ? List.of(owner) : with(before, owner));
            if (owners.size() > most) {
                owners.pollFirstEntry();
            }
        }
    }

    private static List<Owner> with(List<Owner> before, Owner owner) {
        long there = before.stream().filter(o -> o.provider().equals(owner.provider())).count();
        if (there == DISPUTED) {
            return before;
        }
        Stream<Owner> others = before.stream().filter(other -> !other.isSame(owner));
        return Stream.concat(others, Stream.of(owner)).toList();
    }

    /// @return the tenant's newest of this id, or null when it is not known to have made one, or another has
    ///     made one at the same provider, too
    @Nullable Owner owner(String id, TenantId tenant) {
        List<Owner> all = all(id);
        return all.reversed().stream()
                .filter(owner -> owner.tenant().equals(tenant))
                .filter(owner -> all.stream().noneMatch(owner::disputes))
                .findFirst()
                .orElse(null);
    }

    private List<Owner> all(String id) {
        synchronized (owners) {
            return owners.getOrDefault(id, List.of());
        }
    }

    /// @param id of the response that a call goes on from, or null. One that is not known may be from
    ///     before a restart: the provider decides
    /// @throws RefusedException when another tenant has made one of this id, at whichever provider: the one
    ///     that the call will go to is not chosen yet
    void requireOwn(@Nullable String id, TenantId tenant) {
        boolean own =
                id == null || all(id).stream().allMatch(owner -> owner.tenant().equals(tenant));
        if (!own) {
            throw new RefusedException(
                    Denial.of(
                            Refusal.NOT_FOUND,
                            "previous_response_id: there is no response with this id",
                            "previous_response_id"));
        }
    }
}
