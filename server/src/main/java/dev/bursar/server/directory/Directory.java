package dev.bursar.server.directory;

import dev.bursar.gateway.Identities;
import dev.bursar.gateway.Identity;
import dev.bursar.ledger.TenantId;
import dev.bursar.server.config.Config;
import dev.bursar.server.config.ConfigException;
import dev.bursar.server.config.Permission;
import dev.bursar.server.directory.DirectoryException.Kind;
import dev.bursar.server.directory.Finding.Why;
import dev.bursar.server.directory.Tenant.Status;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Tenants and their API keys, and the administrator's token.
///
/// Lives in `directory.db`, a file beside the journal and not in it: the journal has one writer that
/// syncs batches of money and nothing else, while keys are changed by hand, a few times a day, also
/// when no server runs. Calls are identified from memory alone.
///
/// All methods may be called by any thread.
public final class Directory implements Identities, AutoCloseable {

    /// The file's name in the data directory.
    public static final String FILE = "directory.db";

    /// The most keys of an installation, revoked ones not counted.
    public static final int MAX_KEYS = 100_000;

    private static final Finding.Bad UNKNOWN = new Finding.Bad(Why.KEY_NOT_FOUND, "no such key");

    private final DirectoryStore store;
    private final InstantSource clock;

    private volatile Map<SecretHash, Known> known = Map.of();
    private volatile SortedMap<String, Tenant> tenants = new TreeMap<>();
    private volatile @Nullable SecretHash adminToken;

    private Directory(DirectoryStore store, InstantSource clock, @Nullable SecretHash adminToken) {
        this.store = store;
        this.clock = clock;
        this.adminToken = adminToken;
    }

    /// What is in memory of a secret, made once so that a call allocates nothing.
    ///
    /// @param expires null when it does not
    private record Known(Finding finding, Identity identity, @Nullable Instant expires) {

        boolean isGood() {
            return finding instanceof Finding.Good;
        }
    }

    /// A key and its secret, which is told this once.
    public record NewKey(ApiKey key, String secret) {

        /// Without the secret.
        @Override
        public String toString() {
            return "NewKey[" + key + "]";
        }
    }

    /// Opens or creates the file in a data directory.
    ///
    /// @param adminToken the one of the configuration, or null for the one that is stored
    /// @throws DirectoryException `EXTERNAL` when the file cannot be opened
    public static Directory open(
            Path dataDirectory, @Nullable String adminToken, InstantSource clock) {
        DirectoryStore store = DirectoryStore.open(dataDirectory.resolve(FILE));
        try {
            SecretHash token =
                    adminToken == null
                            ? store.adminToken().orElse(null)
                            : SecretHash.of(adminToken);
            Directory directory = new Directory(store, clock, token);
            directory.reload();
            return directory;
        } catch (DirectoryException e) {
            store.close();
            throw e;
        }
    }

    /// Makes the administrator's token where there is none yet, and returns it this once. Called when
    /// somebody is there to be told: a token that is stored and was never shown opens nothing.
    public synchronized Optional<String> firstAdminToken() {
        if (adminToken != null) {
            return Optional.empty();
        }
        String token = SecretHash.newSecret("bursar_admin_");
        store.saveAdminToken(SecretHash.of(token));
        adminToken = SecretHash.of(token);
        return Optional.of(token);
    }

    /// Makes tenants and declared keys what the file says: new ones appear, changed ones are replaced,
    /// and those that are gone are revoked. A key of the same name that was not declared gives way.
    public synchronized void declare(Config config) {
        for (String id : config.tenants().keySet()) {
            Tenant there = tenants.get(id);
            if (there != null && there.status() == Status.CLOSED) {
                throw new ConfigException(
                        "tenants." + id + ": was closed for ever, its name is not used again");
            }
        }
        store.declare(config.tenants().values(), clock.instant());
        String token = config.adminToken();
        if (token != null) {
            adminToken = SecretHash.of(token);
        }
        reload();
    }

    /// Who sends this secret, and what for. Answers from memory.
    public Finding find(String secret) {
        Known found = known.get(SecretHash.of(secret));
        if (found == null) {
            return UNKNOWN;
        }
        Instant expires = found.expires();
        return found.isGood() && expires != null && !clock.instant().isBefore(expires)
                ? new Finding.Bad(Why.KEY_EXPIRED, "the key expired at " + expires)
                : found.finding();
    }

    @Override
    public Identity identify(String secret) {
        Known found = known.get(SecretHash.of(secret));
        if (found == null) {
            return new Identity.Unknown();
        }
        Instant expires = found.expires();
        return found.isGood() && expires != null && !clock.instant().isBefore(expires)
                ? new Identity.Suspended("the key expired at " + expires)
                : found.identity();
    }

    /// Whether this is the administrator's token.
    public boolean isAdmin(String token) {
        SecretHash expected = adminToken;
        return expected != null
                && MessageDigest.isEqual(SecretHash.of(token).bytes(), expected.bytes());
    }

    /// Makes a key.
    ///
    /// @throws DirectoryException `NOT_FOUND` for an unknown tenant, `EXISTS` when the name is taken,
    ///     `CALLER` for anything malformed, `CLOSED` for a closed tenant
    public synchronized NewKey create(KeyRequest wanted) {
        TenantId tenant = wanted.tenant();
        requireOpen(tenant);
        Instant now = clock.instant();
        wanted.requireSound(now);
        if (find(tenant, wanted.name()).isPresent()) {
            throw new DirectoryException(
                    Kind.EXISTS, "tenant " + tenant + " has a key " + wanted.name() + " already");
        }
        if (known.size() >= MAX_KEYS) {
            throw new DirectoryException(Kind.CALLER, "there are " + MAX_KEYS + " keys already");
        }
        String secret = SecretHash.newSecret("bursar_");
        ApiKey key = wanted.made(now);
        store.insert(key, SecretHash.of(secret));
        reload();
        return new NewKey(key, secret);
    }

    /// Ends a key for good.
    ///
    /// @throws DirectoryException `NOT_FOUND` when there is none of this name that is good,
    ///     `OWNED_BY_FILE` when the file declares it
    public synchronized ApiKey revoke(TenantId tenant, String name) {
        ApiKey key =
                find(tenant, name)
                        .orElseThrow(() ->
                                new DirectoryException(
                                        Kind.NOT_FOUND,
                                        "tenant " + tenant + " has no key " + name));
        if (key.origin() == Origin.FILE) {
            throw new DirectoryException(
                    Kind.OWNED_BY_FILE,
                    "the key " + name + " is declared in the configuration file: remove it there");
        }
        Instant now = clock.instant();
        store.revoke(tenant, name, now);
        reload();
        return key.revokedAt(now);
    }

    /// Keys by tenant and name, revoked ones too.
    ///
    /// @param tenant null for all
    public List<ApiKey> keys(@Nullable TenantId tenant) {
        List<ApiKey> keys = new ArrayList<>();
        for (DirectoryStore.Row row : store.rows()) {
            if (tenant == null || row.key().tenant().equals(tenant)) {
                keys.add(row.key());
            }
        }
        return keys;
    }

    /// The tenants, by id; closed ones too.
    public SortedMap<String, Tenant> tenants() {
        return tenants;
    }

    @Override
    public void close() {
        store.close();
    }

    private Tenant requireTenant(TenantId id) {
        Tenant tenant = tenants.get(id.value());
        if (tenant == null) {
            throw new DirectoryException(
                    Kind.NOT_FOUND, "no tenant " + id + ", there are " + tenants.keySet());
        }
        return tenant;
    }

    private Tenant requireOpen(TenantId id) {
        Tenant tenant = requireTenant(id);
        if (tenant.status() == Status.CLOSED) {
            throw new DirectoryException(Kind.CLOSED, "the tenant " + id + " is closed for ever");
        }
        return tenant;
    }

    private Optional<ApiKey> find(TenantId tenant, String name) {
        return keys(tenant).stream()
                .filter(key -> key.name().equals(name) && key.revoked() == null)
                .findFirst();
    }

    private void reload() {
        tenants = Collections.unmodifiableSortedMap(store.tenants());
        Map<SecretHash, Known> fresh = new HashMap<>();
        for (DirectoryStore.Row row : store.rows()) {
            Known one = known(row.key());
            if (one.isGood()) {
                fresh.put(row.hash(), one);
            } else {
                fresh.putIfAbsent(row.hash(), one);
            }
        }
        known = Map.copyOf(fresh);
    }

    private Known known(ApiKey key) {
        Tenant tenant = tenants.get(key.tenant().value());
        if (tenant != null && tenant.status() == Status.CLOSED) {
            return bad(Why.TENANT_CLOSED, "the tenant " + key.tenant() + " is closed");
        }
        if (key.revoked() != null) {
            return bad(Why.KEY_REVOKED, "the key " + key.name() + " was revoked");
        }
        if (tenant == null) {
            return bad(
                    Why.TENANT_SUSPENDED,
                    "the tenant " + key.tenant() + " is not in the configuration");
        }
        if (tenant.status() == Status.SUSPENDED) {
            return bad(Why.TENANT_SUSPENDED, "the tenant " + key.tenant() + " is suspended");
        }
        Identity identity =
                key.may(Permission.GATEWAY_CALL)
                        ? new Identity.Caller(key.tenant(), key.name(), key.defaults())
                        : new Identity.Suspended(
                                "the key "
                                        + key.name()
                                        + " has not the permission "
                                        + Permission.GATEWAY_CALL.written());
        return new Known(new Finding.Good(key), identity, key.expires());
    }

    private static Known bad(Why why, String message) {
        return new Known(new Finding.Bad(why, message), new Identity.Suspended(message), null);
    }
}
